-- Adds some of the minutes before a time to their hours, and returns how many there were. Those that somebody else holds
-- are left to them. Minutes of subjects have no hours: they are removed.
WITH old AS (
  SELECT environment_id, minute, name
  FROM addressee.minute_counts
  WHERE minute < :before
  ORDER BY environment_id,
           minute,
           name
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM addressee.minute_counts
  USING old
  WHERE minute_counts.environment_id = old.environment_id
    AND minute_counts.minute = old.minute
    AND minute_counts.name = old.name
  RETURNING minute_counts.*
), added AS (
  INSERT INTO addressee.hour_counts (environment_id, hour, name, count)
  SELECT environment_id, date_trunc('hour', minute, 'UTC') AS hour, name, sum(count)
  FROM removed
  WHERE subject IS NULL
  GROUP BY environment_id,
           hour,
           name
  ORDER BY environment_id,
           hour,
           name
  ON CONFLICT (environment_id, hour, name) DO UPDATE
  SET count = hour_counts.count + excluded.count
)
SELECT count(*)
FROM removed
