-- Replaces what messages say.
UPDATE addressee.messages AS messages
SET content = redacted.content
FROM unnest(
  :messages.id::text[],
  :messages.recipient_id::text[],
  :messages.content::jsonb[]
) AS redacted (id, recipient_id, content)
WHERE messages.environment_id = :environment_id
  AND messages.id = redacted.id
  AND messages.recipient_id = redacted.recipient_id
