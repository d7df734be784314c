-- Adds to the numbers of results that channels had in a minute.
INSERT INTO addressee.channel_results (environment_id, channel_id, minute, outcome, number)
SELECT :environment_id,
       channel_id,
       :minute,
       outcome,
       number
FROM unnest(
  :counted.channel_id::uuid[],
  :counted.outcome::text[],
  :counted.number::int[]
) AS counted (channel_id, outcome, number)
ON CONFLICT (environment_id, channel_id, minute, outcome) DO UPDATE
SET number = channel_results.number + excluded.number
