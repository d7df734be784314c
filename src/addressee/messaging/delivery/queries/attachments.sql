-- The contents of some of a run's attachments.
SELECT id,
       content
FROM addressee.attachments
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = ANY(:ids::uuid[])
