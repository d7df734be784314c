-- Sends of a channel with these ids that are to be tried again, as nobody knows whether their provider took them.
-- part: stored_sends
WHERE sends.environment_id = :environment_id
  AND sends.channel_id = :channel_id
  AND sends.id = ANY(:ids::text[])
  AND sends.due_at IS NOT NULL
  AND sends.attempts > 0
  AND sends.provider_id IS NULL
ORDER BY sends.message_id,
         sends.id
