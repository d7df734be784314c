-- One recipient, held against other writers until the transaction ends.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
FOR UPDATE
