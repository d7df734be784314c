-- Runs of recipients, whatever has become of them.
-- part: recipient_runs
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
