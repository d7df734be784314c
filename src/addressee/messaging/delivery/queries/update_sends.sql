-- Counts attempts, unless another worker did, and keeps their outcomes and when the next one is due.
UPDATE addressee.sends AS sends
SET attempts = sends.attempts + 1,
    due_at = attempts.due_at,
    provider_id = coalesce(attempts.provider_id, sends.provider_id),
    status = CASE WHEN sends.status IS NOT NULL THEN attempts.status END
FROM unnest(
  :attempts.send.message_id::text[],
  :attempts.send.id::text[],
  :attempts.send.recipient.id::text[],
  :attempts.send.attempts::smallint[],
  :attempts.due_at::timestamptz[],
  :attempts.status::text[],
  :attempts.provider_id::text[]
) AS attempts (message_id, id, recipient_id, attempts, due_at, status, provider_id)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = attempts.message_id
  AND sends.id = attempts.id
  AND sends.recipient_id = attempts.recipient_id
  AND sends.attempts = attempts.attempts
RETURNING sends.id
