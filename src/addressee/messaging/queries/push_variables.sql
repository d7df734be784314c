-- Replaces the public variables of an environment.
INSERT INTO addressee.variables (environment_id, document)
VALUES ($1, $2)
ON CONFLICT (environment_id) DO UPDATE
SET document = excluded.document
