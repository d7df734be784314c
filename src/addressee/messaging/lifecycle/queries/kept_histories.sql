-- Those of these identities whose history is kept: of the departed, and of whoever was merged into them. Messages from
-- before `since` have not followed their merge, and are not kept; all are when it is null.
WITH RECURSIVE followed AS (
  SELECT people.environment_id,
         people.collection COLLATE "C" AS collection,
         people.id COLLATE "C" AS id,
         people.uid,
         people.id COLLATE "C" AS now_id,
         people.uid AS now_uid,
         NULL::timestamptz AS since,
         0 AS steps
  -- part: people
  UNION ALL
  SELECT followed.environment_id,
         followed.collection,
         followed.id,
         followed.uid,
         merges.primary_id,
         merges.primary_uid,
         coalesce(followed.since, merges.merged_at - :moved_age::interval),
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = followed.environment_id
   AND merges.secondary_uid = followed.now_uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT environment_id,
       collection,
       id,
       uid,
       since
FROM followed
WHERE (
  SELECT true
  FROM addressee.departed AS departed
  WHERE departed.environment_id = followed.environment_id
    AND departed.collection = followed.collection
    AND departed.id = followed.now_id
    AND departed.uid = followed.now_uid
)
