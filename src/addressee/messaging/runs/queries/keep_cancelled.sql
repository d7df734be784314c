-- Keeps who was cancelled before a run reached them.
UPDATE addressee.workflow_runs
SET cancelled = :cancelled
WHERE environment_id = :environment_id
  AND id = :run_id
