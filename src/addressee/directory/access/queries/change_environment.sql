-- Changes some of an environment's settings.
UPDATE addressee.environments
SET settings = settings || $2
WHERE id = $1
RETURNING id, uid, name, settings
