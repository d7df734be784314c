-- Counts the jobs of each kind that wait or run and that are held, with the age of the longest due one.
SELECT name,
       count(*) FILTER (WHERE held_at IS NULL) AS waiting,
       coalesce(
         extract(epoch FROM now() - min(due_at) FILTER (
           WHERE held_at IS NULL AND due_at < now() AND (claimed_until IS NULL OR claimed_until < now())
         )),
         0
       )::float8 AS oldest_seconds,
       count(*) FILTER (WHERE held_at IS NOT NULL) AS held
FROM addressee.jobs
GROUP BY name
ORDER BY name
