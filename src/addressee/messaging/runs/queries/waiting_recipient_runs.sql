-- The runs of one page that have steps left to take.
-- part: recipient_runs
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
  AND status IN ('queued', 'processing')
ORDER BY recipient_id, id
