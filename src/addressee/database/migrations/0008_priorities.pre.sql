-- Workflows have a priority, and so have their runs and the jobs that carry these out: 1 critical, 0 normal, -1 bulk.
ALTER TABLE addressee.workflow_versions ADD COLUMN priority smallint NOT NULL DEFAULT 0;

ALTER TABLE addressee.workflow_runs ADD COLUMN priority smallint NOT NULL DEFAULT 0;

ALTER TABLE addressee.jobs ADD COLUMN priority smallint NOT NULL DEFAULT 0;

-- Workers of the version before, which know no priorities, keep to `jobs_due`.
CREATE INDEX jobs_due_by_priority
ON addressee.jobs (name, priority, due_at, id)
WHERE held_at IS NULL;
