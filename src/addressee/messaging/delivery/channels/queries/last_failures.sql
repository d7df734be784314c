-- The last minute of the last day in which messages of channels failed, and in which way.
SELECT wanted.channel_id,
       last.outcome,
       last.minute
FROM unnest(:channel_ids::uuid[]) AS wanted (channel_id)
CROSS JOIN LATERAL (
  SELECT results.outcome,
         results.minute
  FROM addressee.channel_results AS results
  WHERE results.environment_id = :environment_id
    AND results.channel_id = wanted.channel_id
    AND results.outcome <> 'sent'
  ORDER BY results.minute DESC,
           results.outcome
  LIMIT 1
) AS last
