-- All environments.
SELECT id, uid, name, settings
FROM addressee.environments
ORDER BY id
