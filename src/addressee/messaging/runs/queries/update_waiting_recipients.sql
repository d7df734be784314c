-- Keeps which recipients of a run still wait to be started.
UPDATE addressee.workflow_runs
SET recipients = :recipients,
    pages_started = :pages_started
WHERE environment_id = :environment_id
  AND id = :run_id
