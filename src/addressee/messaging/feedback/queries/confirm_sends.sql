-- Keeps what the provider calls sends that it has taken, so that they are not tried again.
UPDATE addressee.sends AS sends
SET provider_id = confirmed.provider_id,
    due_at = NULL
FROM unnest(
  :confirmed.send.message_id::text[],
  :confirmed.send.id::text[],
  :confirmed.send.recipient.id::text[],
  :confirmed.provider_id::text[]
) AS confirmed (message_id, id, recipient_id, provider_id)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = confirmed.message_id
  AND sends.id = confirmed.id
  AND sends.recipient_id = confirmed.recipient_id
