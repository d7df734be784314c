-- Those of a run's attachments that are not deleted.
SELECT id
FROM addressee.attachments
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = ANY(:ids::uuid[])
