-- Takes sends of messages that have several back to `queued`, as they are tried again.
UPDATE addressee.sends AS sends
SET status = 'queued'
FROM unnest(
  :sends.message_id::text[],
  :sends.id::text[],
  :sends.recipient.id::text[]
) AS again (message_id, id, recipient_id)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = again.message_id
  AND sends.id = again.id
  AND sends.recipient_id = again.recipient_id
  AND sends.status IS NOT NULL
