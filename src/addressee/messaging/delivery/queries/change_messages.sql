-- Takes messages from one status to the next, unless another worker took them there.
UPDATE addressee.messages AS messages
SET status = changed.after,
    updated_at = $6
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS changed (id, recipient_id, before, after)
WHERE messages.environment_id = $1
  AND messages.id = changed.id
  AND messages.recipient_id = changed.recipient_id
  AND messages.status = changed.before
RETURNING messages.id
