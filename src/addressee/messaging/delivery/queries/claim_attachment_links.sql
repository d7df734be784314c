-- Claims some of a run's attachments that are to be fetched, and returns them. It leaves out those that somebody else
-- fetches, and those that have failed a moment ago.
UPDATE addressee.attachment_links
SET claimed_until = :claimed_until
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = ANY(:ids::uuid[])
  AND url IS NOT NULL
  AND coalesce(claimed_until <= :now, true)
  AND coalesce(failed_until <= :now, true)
RETURNING id,
          url,
          described_type
