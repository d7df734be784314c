-- Stores what a workflow says from now on.
INSERT INTO addressee.workflow_versions (environment_id, id, key, content, created_at)
VALUES ($1, $2, $3, $4, $5)
