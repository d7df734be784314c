-- Replaces the categories of an environment.
INSERT INTO addressee.preference_categories (environment_id, sections)
VALUES (:environment_id, :sections)
ON CONFLICT (environment_id) DO UPDATE
SET sections = excluded.sections
