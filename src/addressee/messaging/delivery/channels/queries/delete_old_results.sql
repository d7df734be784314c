-- Deletes some of the old counts of channels' results.
DELETE FROM addressee.channel_results
WHERE (environment_id, channel_id, minute, outcome) IN (
  SELECT environment_id,
         channel_id,
         minute,
         outcome
  FROM addressee.channel_results
  WHERE minute <= :before
  LIMIT :limit
)
