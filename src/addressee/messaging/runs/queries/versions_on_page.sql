-- The versions that paused runs of a page go on with, other than that of their trigger.
SELECT DISTINCT version_id
FROM addressee.recipient_runs
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
  AND status = 'paused'
  AND version_id IS NOT NULL
