-- Living recipients of a small collection by id, past the first :offset.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND deleted_at IS NULL
ORDER BY id
OFFSET :offset
LIMIT :limit
