-- Takes sends that are tried again back to `queued`, where their messages have several, and returns those that are still
-- this worker's: of others, their provider has told meanwhile that it took them.
UPDATE addressee.sends AS sends
SET status = CASE WHEN sends.status IS NOT NULL THEN 'queued' END
FROM unnest(
  :sends.message_id::text[],
  :sends.id::text[],
  :sends.recipient.id::text[],
  :sends.claimed_until::timestamptz[]
) AS again (message_id, id, recipient_id, claimed_until)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = again.message_id
  AND sends.id = again.id
  AND sends.recipient_id = again.recipient_id
  AND sends.due_at = again.claimed_until
RETURNING sends.id
