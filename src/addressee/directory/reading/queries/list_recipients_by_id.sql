-- Living recipients of a small collection in the order of their ids, past the first $3 of them.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND deleted_at IS NULL
ORDER BY id
OFFSET $3
LIMIT $4
