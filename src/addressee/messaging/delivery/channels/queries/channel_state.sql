-- The state of a channel.
-- part: channel_states
WHERE environment_id = :environment_id
  AND channel_id = :channel_id
