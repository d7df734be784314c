-- Replaces what messages say.
UPDATE addressee.messages AS messages
SET content = redacted.content
FROM unnest($2::text[], $3::text[], $4::jsonb[]) AS redacted (id, recipient_id, content)
WHERE messages.environment_id = $1
  AND messages.id = redacted.id
  AND messages.recipient_id = redacted.recipient_id
