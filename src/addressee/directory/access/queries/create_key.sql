-- Stores a new key.
INSERT INTO addressee.keys (id, environment_id, kind, name, hash, hint, sealed_secret, created_at)
VALUES (:id, :environment_id, :kind, :name, :hash, :hint, :sealed_secret, :now)
