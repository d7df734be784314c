-- Removes a secret, and returns its name if there was one.
DELETE FROM addressee.secrets
WHERE environment_id = :environment_id
  AND name = :name
RETURNING name
