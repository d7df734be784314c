-- Whether some of a run's attachments are being fetched.
SELECT EXISTS (
  SELECT
  FROM addressee.attachment_links
  WHERE environment_id = :environment_id
    AND run_id = :run_id
    AND id = ANY(:ids::uuid[])
    AND url IS NOT NULL
    AND claimed_until > :now
)
