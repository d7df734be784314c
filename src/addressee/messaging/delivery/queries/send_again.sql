-- Makes sends of a message that failed due now, as if they were new, if its sends were sent again `times` times so far.
-- What the provider tells of the attempts before does not count for the new ones, and the step's channel sends them, even
-- if another one stood in for it before. The message is locked. Returns whose they are now, as
-- it may have followed a merge.
UPDATE addressee.sends AS sends
SET status = CASE WHEN sends.status IS NOT NULL THEN 'queued' END,
    attempts = 0,
    due_at = :now,
    provider_id = NULL,
    channel_id = messages.channel_id,
    address = coalesce(sends.step_address, sends.address),
    step_address = NULL,
    unconfirmed = false,
    resent = sends.resent + 1
FROM addressee.messages AS messages
WHERE sends.environment_id = :environment_id
  AND sends.message_id = :message_id
  AND sends.id = ANY(:ids::text[])
  AND sends.due_at IS NULL
  AND messages.environment_id = sends.environment_id
  AND messages.id = sends.message_id
  AND messages.recipient_id = sends.recipient_id
  AND coalesce(sends.status, messages.status) = ANY(:failed::text[])
  AND :times = (
    SELECT sum(every.resent)
    FROM addressee.sends AS every
    WHERE every.environment_id = :environment_id
      AND every.message_id = :message_id
  )
RETURNING sends.id,
          sends.collection,
          sends.recipient_id,
          sends.uid
