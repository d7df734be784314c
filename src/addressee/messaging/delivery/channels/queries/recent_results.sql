-- How many results of each outcome channels had since a minute.
SELECT wanted.channel_id,
       counted.outcome,
       counted.number
FROM unnest(:channel_ids::uuid[]) AS wanted (channel_id)
CROSS JOIN LATERAL (
  SELECT results.outcome,
         sum(results.number)::int AS number
  FROM addressee.channel_results AS results
  WHERE results.environment_id = :environment_id
    AND results.channel_id = wanted.channel_id
    AND results.minute >= :since
  GROUP BY results.outcome
) AS counted
ORDER BY wanted.channel_id,
         counted.number DESC,
         counted.outcome
