-- Versions of a workflow are listed, newest first.
CREATE INDEX workflow_versions_of_key
ON addressee.workflow_versions (environment_id, key, id);
