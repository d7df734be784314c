-- Whoever is known to have lived at a place.
SELECT uid
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
UNION
SELECT uid
FROM addressee.changes
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
UNION
SELECT uid
FROM addressee.messages
WHERE environment_id = $1
  AND collection = $2
  AND recipient_id = $3
