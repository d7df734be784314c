-- Takes messages from one status to the next, unless another worker took them there.
UPDATE addressee.messages AS messages
SET status = updates.after,
    updated_at = :now
FROM unnest(
  :updates.message_id::text[],
  :updates.recipient.id::text[],
  :updates.before::text[],
  :updates.after::text[]
) AS updates (id, recipient_id, before, after)
WHERE messages.environment_id = :environment_id
  AND messages.id = updates.id
  AND messages.recipient_id = updates.recipient_id
  AND messages.status = updates.before
RETURNING messages.id
