-- Who was merged into those who live at these places, through merges of merges.
WITH RECURSIVE followed AS (
  SELECT merges.collection,
         merges.secondary_id,
         merges.secondary_uid,
         1 AS steps
  FROM unnest(:places.collection::text[], :places.id::text[]) AS named (collection, id)
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = :environment_id
   AND recipients.collection = named.collection
   AND recipients.id = named.id
   AND recipients.deleted_at IS NULL
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.primary_uid = recipients.uid
   AND merges.undone_at IS NULL
  UNION ALL
  SELECT merges.collection,
         merges.secondary_id,
         merges.secondary_uid,
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.primary_uid = followed.secondary_uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT DISTINCT collection,
       secondary_id,
       secondary_uid
FROM followed
