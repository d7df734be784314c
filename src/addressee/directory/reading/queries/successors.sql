-- The final successors of identities that were merged away; the others are left out.
WITH RECURSIVE followed AS (
  SELECT merges.secondary_uid AS uid,
         merges.collection,
         merges.primary_id,
         merges.primary_uid,
         merges.merged_at,
         1 AS steps
  FROM addressee.merges AS merges
  WHERE merges.environment_id = :environment_id
    AND merges.secondary_uid = ANY(:uids::uuid[])
    AND merges.undone_at IS NULL
  UNION ALL
  SELECT followed.uid,
         merges.collection,
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
SELECT DISTINCT ON (uid) uid,
       collection,
       primary_id,
       primary_uid,
       merged_at
FROM followed
ORDER BY uid, steps DESC
