-- Revokes a key, found by its id or its hash.
UPDATE addressee.keys
SET revoked_at = :now
WHERE (keys.id = :id OR keys.hash = :hash)
  AND keys.revoked_at IS NULL
RETURNING
  -- part: key_columns
