-- Whoever is known to have lived at a place.
SELECT uid
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
UNION
SELECT uid
FROM addressee.changes
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
UNION
SELECT uid
FROM addressee.messages
WHERE environment_id = :environment_id
  AND collection = :collection
  AND recipient_id = :id
