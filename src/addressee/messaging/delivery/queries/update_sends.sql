-- Keeps the outcomes of attempts and when the next one is due, unless another worker has claimed the send since.
UPDATE addressee.sends AS sends
SET attempts = attempts.number,
    due_at = attempts.due_at,
    provider_id = coalesce(attempts.provider_id, sends.provider_id),
    unconfirmed = attempts.unconfirmed,
    status = CASE WHEN sends.status IS NOT NULL THEN attempts.status END
FROM unnest(
  :attempts.send.message_id::text[],
  :attempts.send.id::text[],
  :attempts.send.recipient.id::text[],
  :attempts.send.claimed_until::timestamptz[],
  :attempts.number::smallint[],
  :attempts.due_at::timestamptz[],
  :attempts.status::text[],
  :attempts.provider_id::text[],
  :attempts.unconfirmed::boolean[]
) AS attempts (message_id, id, recipient_id, claimed_until, number, due_at, status, provider_id, unconfirmed)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = attempts.message_id
  AND sends.id = attempts.id
  AND sends.recipient_id = attempts.recipient_id
  AND sends.due_at = attempts.claimed_until
RETURNING sends.id
