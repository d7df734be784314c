-- Which of these audiences have an object that users were added to.
SELECT id
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = ANY(:keys::text[])
  AND deleted_at IS NULL
