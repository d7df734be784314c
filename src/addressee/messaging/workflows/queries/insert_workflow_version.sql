-- Stores a version of a workflow.
INSERT INTO addressee.workflow_versions (environment_id, id, key, content, priority, created_at)
VALUES (:environment_id, :id, :key, :content, :priority, :now)
