-- Sums up what was counted in an environment, but for its subjects, by name and by steps of time from a first one on.
SELECT name,
       date_bin(:step::interval, at, :since) AS begin,
       sum(count)::bigint AS count
FROM (
  SELECT name, minute AS at, count
  FROM addressee.minute_counts
  WHERE environment_id = :environment_id
    AND minute >= :since
    AND minute <= :until
    AND subject IS NULL
  UNION ALL
  SELECT name, hour AS at, count
  FROM addressee.hour_counts
  WHERE environment_id = :environment_id
    AND hour >= :since
    AND hour <= :until
) AS counted
GROUP BY name,
         begin
ORDER BY name,
         begin
