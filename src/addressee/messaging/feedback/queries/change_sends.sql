-- Takes sends of messages that have several to their next statuses.
UPDATE addressee.sends AS sends
SET status = changes.status
FROM unnest(
  :changes.send.message_id::text[],
  :changes.send.id::text[],
  :changes.send.recipient.id::text[],
  :changes.status::text[]
) AS changes (message_id, id, recipient_id, status)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = changes.message_id
  AND sends.id = changes.id
  AND sends.recipient_id = changes.recipient_id
  AND sends.status IS NOT NULL
