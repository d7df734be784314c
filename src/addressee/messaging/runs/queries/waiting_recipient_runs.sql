-- The runs of one page that have steps left to take.
-- part: recipient_runs
WHERE environment_id = $1
  AND run_id = $2
  AND page = $3
  AND status IN ('queued', 'processing')
ORDER BY recipient_id, id
