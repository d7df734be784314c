-- One recipient, whose row is locked until the transaction ends.
SELECT
  -- part: recipient_columns
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
FOR UPDATE
