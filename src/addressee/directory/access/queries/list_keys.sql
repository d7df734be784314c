-- All keys, oldest first.
SELECT keys.id,
       keys.kind,
       environments.name,
       keys.hint,
       keys.created_at,
       keys.revoked_at
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
ORDER BY keys.id
