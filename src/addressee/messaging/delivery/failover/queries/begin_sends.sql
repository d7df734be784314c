-- Notes of sends that they are about to be tried, so that one whose worker dies is known to have been sent perhaps, and
-- returns those that are still this worker's.
UPDATE addressee.sends AS sends
SET unconfirmed = true
FROM unnest(
  :sends.message_id::text[],
  :sends.id::text[],
  :sends.recipient.id::text[],
  :sends.claimed_until::timestamptz[]
) AS begun (message_id, id, recipient_id, claimed_until)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = begun.message_id
  AND sends.id = begun.id
  AND sends.recipient_id = begun.recipient_id
  AND sends.due_at = begun.claimed_until
RETURNING sends.id
