-- Keeps who was cancelled before a run reached them.
UPDATE addressee.workflow_runs
SET cancelled = $3
WHERE environment_id = $1
  AND id = $2
