-- Locks the states of channels, in one order.
-- part: channel_states
WHERE environment_id = :environment_id
  AND channel_id = ANY(:channel_ids::uuid[])
ORDER BY channel_id
FOR NO KEY UPDATE
