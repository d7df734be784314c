-- Sets when claimed sends are due, without counting an attempt.
UPDATE addressee.sends AS sends
SET due_at = deferred.due_at
FROM unnest(
  :deferred.send.message_id::text[],
  :deferred.send.id::text[],
  :deferred.send.recipient.id::text[],
  :deferred.send.claimed_until::timestamptz[],
  :deferred.due_at::timestamptz[]
) AS deferred (message_id, id, recipient_id, claimed_until, due_at)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = deferred.message_id
  AND sends.id = deferred.id
  AND sends.recipient_id = deferred.recipient_id
  AND sends.due_at = deferred.claimed_until
