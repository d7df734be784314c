-- Sets when claimed sends are due, without counting an attempt: what was known of them when they were claimed stays so.
UPDATE addressee.sends AS sends
SET due_at = deferred.due_at,
    unconfirmed = deferred.unconfirmed
FROM unnest(
  :deferred.send.message_id::text[],
  :deferred.send.id::text[],
  :deferred.send.recipient.id::text[],
  :deferred.send.claimed_until::timestamptz[],
  :deferred.due_at::timestamptz[],
  :deferred.send.unconfirmed::boolean[]
) AS deferred (message_id, id, recipient_id, claimed_until, due_at, unconfirmed)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = deferred.message_id
  AND sends.id = deferred.id
  AND sends.recipient_id = deferred.recipient_id
  AND sends.due_at = deferred.claimed_until
