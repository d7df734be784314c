-- Some of the runs of a page that wait at these positions for something other than time.
-- part: recipient_runs
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
  AND status = 'paused'
  AND due_at IS NULL
  AND step = ANY(:positions::smallint[])
ORDER BY recipient_id, id
LIMIT :limit
