-- Stores the version that runs go on with from now on.
UPDATE addressee.recipient_runs
SET version_id = :version_id
WHERE environment_id = :environment_id
  AND id = ANY(:run_ids::uuid[])
