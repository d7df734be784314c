-- How many recipients' runs of these triggers are complete.
SELECT count(*)
FROM addressee.recipient_runs
WHERE environment_id = $1
  AND run_id = ANY ($2::uuid[])
  AND status = 'completed'
