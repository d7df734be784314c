-- Changes some of an environment's settings.
UPDATE addressee.environments
SET settings = settings || :settings
WHERE id = :environment_id
RETURNING id, uid, name, settings
