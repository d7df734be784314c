-- Notes why an attachment could not be fetched, and for how long nobody tries again.
UPDATE addressee.attachment_links
SET claimed_until = NULL,
    failure = :failure,
    reason = :reason,
    failed_until = :failed_until
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND id = :id
  AND claimed_until = :claimed_until
