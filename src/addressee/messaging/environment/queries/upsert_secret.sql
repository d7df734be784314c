-- Stores a secret under its name, in place of the one before.
INSERT INTO addressee.secrets (environment_id, name, sealed, updated_at)
VALUES (:environment_id, :name, :sealed, :now)
ON CONFLICT (environment_id, name) DO UPDATE
SET sealed = excluded.sealed,
    updated_at = excluded.updated_at
