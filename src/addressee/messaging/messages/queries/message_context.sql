-- What messages refer to: their runs; the identities into which others were merged, through merges of merges; and the
-- identities that came back from merges that were undone, which may have been merged again.
WITH RECURSIVE followed AS (
  SELECT merges.secondary_uid AS uid,
         merges.primary_id,
         merges.primary_uid,
         merges.merged_at,
         1 AS steps
  FROM addressee.merges AS merges
  WHERE merges.environment_id = :environment_id
    AND merges.secondary_uid = ANY(
      :uids::uuid[] || ARRAY(
        SELECT undone.secondary_uid
        FROM addressee.merges AS undone
        WHERE undone.environment_id = :environment_id
          AND undone.id = ANY(:merge_ids::uuid[])
          AND undone.undone_at IS NOT NULL
      )
    )
    AND merges.undone_at IS NULL
  UNION ALL
  SELECT followed.uid,
         merges.primary_id,
         merges.primary_uid,
         followed.merged_at,
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.secondary_uid = followed.primary_uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT 'run' AS kind,
       id,
       data,
       source,
       NULL::text AS recipient_id,
       NULL::uuid AS uid,
       NULL::timestamptz AS merged_at
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND id = ANY(:run_ids::uuid[])
UNION ALL
(
  SELECT DISTINCT ON (uid) 'successor',
         uid,
         NULL,
         NULL,
         primary_id,
         primary_uid,
         merged_at
  FROM followed
  ORDER BY uid, steps DESC
)
UNION ALL
SELECT 'undone',
       id,
       NULL,
       NULL,
       secondary_id,
       secondary_uid,
       merged_at
FROM addressee.merges
WHERE environment_id = :environment_id
  AND id = ANY(:merge_ids::uuid[])
  AND undone_at IS NOT NULL
