-- Revokes a key of an environment.
UPDATE addressee.keys
SET revoked_at = :now
WHERE keys.environment_id = :environment_id
  AND keys.id = :id
  AND keys.revoked_at IS NULL
RETURNING
  -- part: key_columns
