-- Living recipients of a small collection in the order of their ids, past the first $3 of them.
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
  AND deleted_at IS NULL
ORDER BY id
OFFSET $3
LIMIT $4
