-- All environments.
SELECT id, uid, name, settings, created_at
FROM addressee.environments
ORDER BY id
