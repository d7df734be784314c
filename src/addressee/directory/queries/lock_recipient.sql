-- One recipient, held against other writers until the transaction ends.
SELECT environment_id,
       collection,
       id,
       uid,
       version,
       updated_at,
       attributes,
       properties,
       addresses,
       channel_data,
       preferences,
       deleted_at,
       format
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
FOR UPDATE
