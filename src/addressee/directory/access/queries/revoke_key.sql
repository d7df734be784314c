-- Ends a key, found by its id or its hash.
UPDATE addressee.keys
SET revoked_at = $3
FROM addressee.environments
WHERE environments.id = keys.environment_id
  AND (keys.id = $1 OR keys.hash = $2)
  AND keys.revoked_at IS NULL
RETURNING keys.id,
          keys.kind,
          environments.name,
          keys.hint,
          keys.created_at,
          keys.revoked_at
