-- Channels that pause, or whose addresses are kept although they bounce, of all environments.
SELECT environments.name AS environment,
       channels.key AS channel,
       CASE WHEN states.paused_until > :now THEN states.paused_for END AS paused_for,
       coalesce(states.addresses_kept_until > :now, false) AS keeps_addresses
FROM addressee.channel_states AS states
JOIN addressee.channels AS channels
  ON channels.environment_id = states.environment_id
 AND channels.id = states.channel_id
JOIN addressee.environments AS environments
  ON environments.id = states.environment_id
WHERE (states.paused_until > :now AND states.paused_at >= channels.updated_at)
   OR states.addresses_kept_until > :now
ORDER BY environments.name,
         channels.key
