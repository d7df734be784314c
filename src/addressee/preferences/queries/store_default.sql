-- Replaces the default preferences of an environment.
INSERT INTO addressee.preference_defaults (environment_id, document)
VALUES ($1, $2)
ON CONFLICT (environment_id) DO UPDATE
SET document = excluded.document
