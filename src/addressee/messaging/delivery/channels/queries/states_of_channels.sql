-- The states of channels, without a lock.
-- part: channel_states
WHERE environment_id = :environment_id
  AND channel_id = ANY(:channel_ids::uuid[])
