-- The triggers of one workflow, by their ids, which are in the order of time.
CREATE INDEX workflow_runs_of_workflow
ON addressee.workflow_runs (environment_id, workflow, id);
