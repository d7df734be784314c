-- Who lives at a place, and whoever was merged into them, through merges of merges.
WITH RECURSIVE followed AS (
  SELECT recipients.id,
         recipients.uid,
         0 AS steps
  FROM addressee.recipients AS recipients
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND id = :id
    AND deleted_at IS NULL
  UNION ALL
  SELECT merges.secondary_id,
         merges.secondary_uid,
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.primary_uid = followed.uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT DISTINCT id,
       uid
FROM followed
