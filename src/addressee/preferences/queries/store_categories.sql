-- Replaces the categories of an environment.
INSERT INTO addressee.preference_categories (environment_id, sections)
VALUES ($1, $2)
ON CONFLICT (environment_id) DO UPDATE
SET sections = excluded.sections
