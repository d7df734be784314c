-- Adds counts of a process to those of their minutes, unless this flush was added before.
WITH flush AS (
  INSERT INTO addressee.count_flushes (process, number, flushed_at)
  VALUES (:process, :number, now())
  ON CONFLICT (process) DO UPDATE
  SET number = excluded.number,
      flushed_at = excluded.flushed_at
  WHERE count_flushes.number < excluded.number
  RETURNING process
)
INSERT INTO addressee.minute_counts (environment_id, minute, name, count, subject)
SELECT counted.environment_id, counted.minute, counted.name, counted.count, counted.subject
FROM flush
CROSS JOIN unnest(
  :counted.environment_id::smallint[],
  :counted.minute::timestamptz[],
  :counted.name::text[],
  :counted.count::bigint[],
  :counted.subject::uuid[]
) AS counted (environment_id, minute, name, count, subject)
ORDER BY counted.environment_id,
         counted.minute,
         counted.name COLLATE "C"
ON CONFLICT (environment_id, minute, name) DO UPDATE
SET count = minute_counts.count + excluded.count
