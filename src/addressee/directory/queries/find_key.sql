-- A bearer key in force, with its environment.
SELECT keys.id AS key_id,
       keys.kind,
       environments.id,
       environments.uid,
       environments.name,
       environments.settings
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
WHERE keys.kind IN ('secret', 'public')
  AND keys.hash = $1
  AND keys.revoked_at IS NULL
