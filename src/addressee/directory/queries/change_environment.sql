-- Replaces an environment's settings.
UPDATE addressee.environments
SET settings = $2
WHERE id = $1
RETURNING id, uid, name, settings
