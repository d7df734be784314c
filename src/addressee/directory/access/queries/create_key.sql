-- Stores a new key.
INSERT INTO addressee.keys (id, environment_id, kind, hash, hint, sealed_secret, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
