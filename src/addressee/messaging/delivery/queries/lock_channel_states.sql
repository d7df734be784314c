-- Locks the states of channels, in one order.
SELECT environment_id,
       channel_id,
       paused_for,
       paused_at,
       paused_until,
       pauses,
       failures,
       tokens_at,
       queue_at,
       sent_at,
       minute_at,
       tried,
       dead,
       addresses_kept_until
FROM addressee.channel_states
WHERE environment_id = :environment_id
  AND channel_id = ANY(:channel_ids::uuid[])
ORDER BY channel_id
FOR NO KEY UPDATE
