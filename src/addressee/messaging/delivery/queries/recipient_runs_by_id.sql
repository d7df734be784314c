-- Runs of recipients, whatever has become of them.
-- part: recipient_runs
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
