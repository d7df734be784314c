-- Replaces the default preferences of an environment.
INSERT INTO addressee.preference_defaults (environment_id, document)
VALUES (:environment_id, :document)
ON CONFLICT (environment_id) DO UPDATE
SET document = excluded.document
