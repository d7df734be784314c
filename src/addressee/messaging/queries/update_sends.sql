-- Counts an attempt, and keeps when the next one is due.
UPDATE addressee.sends AS sends
SET attempts = sends.attempts + 1,
    due_at = tried.due_at
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS tried (message_id, id, recipient_id, due_at)
WHERE sends.environment_id = $1
  AND sends.message_id = tried.message_id
  AND sends.id = tried.id
  AND sends.recipient_id = tried.recipient_id
