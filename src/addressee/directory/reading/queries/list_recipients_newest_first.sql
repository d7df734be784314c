-- A page of a collection's living recipients with identities from $3 up to $4, newest first.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND deleted_at IS NULL
  AND uid >= $3
  AND uid < $4
ORDER BY uid DESC
LIMIT $5
