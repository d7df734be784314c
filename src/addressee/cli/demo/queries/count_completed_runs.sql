-- Counts the completed recipient runs of these runs.
SELECT count(*)
FROM addressee.recipient_runs
WHERE environment_id = :environment_id
  AND run_id = ANY (:run_ids::uuid[])
  AND status = 'completed'
