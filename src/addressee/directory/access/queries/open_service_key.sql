-- The environments that a valid service key opens, in the order of their creation: its own one, or all.
SELECT keys.id AS key_id,
       keys.name AS key_name,
       environments.id,
       environments.uid,
       environments.name,
       environments.settings
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = coalesce(keys.environment_id, environments.id)
WHERE keys.kind = 'service'
  AND keys.hash = :hash
  AND keys.revoked_at IS NULL
ORDER BY environments.id
