-- Keeps which recipients of a run still wait to be started.
UPDATE addressee.workflow_runs
SET recipients = $3,
    pages_started = $4
WHERE environment_id = $1
  AND id = $2
