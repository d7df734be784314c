-- Empties the addresses of messages' sends but for those that the messages name, and says of which messages some are empty.
UPDATE addressee.sends AS sends
SET address = '',
    step_address = NULL
FROM unnest(
  :messages.id::text[],
  :messages.recipient_id::text[],
  :messages.to::jsonb[]
) AS redacted (id, recipient_id, addresses)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = redacted.id
  AND sends.recipient_id = redacted.recipient_id
  AND NOT redacted.addresses ? coalesce(sends.step_address, sends.address)
RETURNING sends.message_id
