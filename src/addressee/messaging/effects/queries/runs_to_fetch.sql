-- Some of the runs of a page that wait at these positions of a version for something other than time.
-- part: recipient_runs
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
  AND status = 'paused'
  AND due_at IS NULL
  AND version_id IS NOT DISTINCT FROM :version_id::uuid
  AND step = ANY(:positions::smallint[])
ORDER BY recipient_id, id
LIMIT :limit
