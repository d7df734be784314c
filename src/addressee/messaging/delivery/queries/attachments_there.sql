-- Those of a run's attachments that are not deleted, or still to be fetched.
SELECT id
FROM addressee.attachments
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = ANY(:ids::uuid[])
UNION
SELECT id
FROM addressee.attachment_links
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = ANY(:ids::uuid[])
  AND url IS NOT NULL
