-- The next living recipients of an environment, by place.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND (collection, id) > (:collection, :id)
  AND deleted_at IS NULL
ORDER BY collection, id
LIMIT :limit
