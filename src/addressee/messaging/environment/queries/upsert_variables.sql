-- Replaces the variables of an environment.
INSERT INTO addressee.variables (environment_id, document, public_names)
VALUES (:environment_id, :document, :public_names)
ON CONFLICT (environment_id) DO UPDATE
SET document = excluded.document,
    public_names = excluded.public_names
