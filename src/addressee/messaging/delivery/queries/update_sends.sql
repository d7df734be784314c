-- Counts attempts, unless another worker did, and keeps what became of them and when the next one is due.
UPDATE addressee.sends AS sends
SET attempts = sends.attempts + 1,
    due_at = tried.due_at,
    status = CASE WHEN sends.status IS NOT NULL THEN tried.status END
FROM unnest($2::text[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[])
  AS tried (message_id, id, recipient_id, attempts, due_at, status)
WHERE sends.environment_id = $1
  AND sends.message_id = tried.message_id
  AND sends.id = tried.id
  AND sends.recipient_id = tried.recipient_id
  AND sends.attempts = tried.attempts
RETURNING sends.id
