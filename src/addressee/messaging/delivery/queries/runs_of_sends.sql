-- Recipients' runs by id, in any status.
-- part: recipient_runs
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
