-- Replaces what messages say, unless somebody has changed or moved them since they were read. Returns the ids of those
-- that now say something else.
UPDATE addressee.messages AS messages
SET content = redacted.content
FROM unnest(
  :messages.id::text[],
  :messages.recipient_id::text[],
  :messages.before::jsonb[],
  :messages.content::jsonb[]
) AS redacted (id, recipient_id, before, content)
WHERE messages.environment_id = :environment_id
  AND messages.id = redacted.id
  AND messages.recipient_id = redacted.recipient_id
  AND messages.content = redacted.before
RETURNING messages.id
