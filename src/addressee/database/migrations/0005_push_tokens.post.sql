-- Says whose the push tokens are that stood in the data of channels before such were claimed.

-- Who was given a token last has it. No process of the version before is left that would store one without a claim.
INSERT INTO addressee.push_tokens (environment_id, digest, collection, recipient_id, uid)
SELECT DISTINCT ON (holders.environment_id, digest)
       holders.environment_id,
       sha256(convert_to(named.token #>> '{}', 'UTF8')) AS digest,
       holders.collection,
       holders.id,
       holders.uid
FROM addressee.recipients AS holders
CROSS JOIN LATERAL jsonb_each(holders.channel_data) AS entries (channel_id, entry)
CROSS JOIN LATERAL (
  SELECT jsonb_path_query(entries.entry, 'lax $.data.devices[*].token')
  UNION ALL
  SELECT jsonb_path_query(entries.entry, 'lax $.data.devices[*].target_arn')
  UNION ALL
  SELECT jsonb_path_query(entries.entry, 'lax $.data.subscriptions[*].endpoint')
  UNION ALL
  SELECT jsonb_path_query(entries.entry, 'lax $.data.player_ids[*]')
) AS named (token)
WHERE holders.deleted_at IS NULL
  AND holders.collection NOT LIKE '$members/%'
  AND jsonb_typeof(named.token) = 'string'
ORDER BY holders.environment_id,
         digest,
         entries.entry ->> 'updated_at' DESC,
         holders.uid
ON CONFLICT (environment_id, digest) DO NOTHING;
