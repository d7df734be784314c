-- The sends of a channel that its provider calls by these names. The index holds those that have one.
-- part: stored_sends
WHERE sends.environment_id = :environment_id
  AND sends.channel_id = :channel_id
  AND sends.provider_id = ANY(:provider_ids::text[])
  AND sends.provider_id IS NOT NULL
ORDER BY sends.message_id,
         sends.id
