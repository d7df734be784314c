-- Those of these identities who do not live, and whoever was merged into those, through merges of merges.
WITH RECURSIVE gone AS (
  SELECT people.environment_id,
         people.collection COLLATE "C" AS collection,
         people.id COLLATE "C" AS id,
         people.uid,
         1 AS steps
  -- part: people
  WHERE NOT EXISTS (
    SELECT
    FROM addressee.recipients AS recipients
    WHERE recipients.environment_id = people.environment_id
      AND recipients.collection = people.collection
      AND recipients.id = people.id
      AND recipients.uid = people.uid
      AND recipients.deleted_at IS NULL
  )
  UNION ALL
  SELECT merges.environment_id,
         merges.collection,
         merges.secondary_id,
         merges.secondary_uid,
         gone.steps + 1
  FROM gone
  JOIN addressee.merges AS merges
    ON merges.environment_id = gone.environment_id
   AND merges.primary_uid = gone.uid
   AND merges.undone_at IS NULL
  WHERE gone.steps < 20
)
SELECT DISTINCT environment_id,
       collection,
       id,
       uid
FROM gone
