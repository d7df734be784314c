-- Adds the states that channels begin with.
INSERT INTO addressee.channel_states (environment_id, channel_id)
SELECT :environment_id,
       channel_id
FROM unnest(:channel_ids::uuid[]) AS new (channel_id)
ON CONFLICT DO NOTHING
