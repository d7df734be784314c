-- How much of each kind of job waits, since when, and how much is held.
SELECT entrypoint,
       count(*) FILTER (WHERE status IN ('queued', 'picked')) AS waiting,
       coalesce(
         extract(epoch FROM now() - min(execute_after) FILTER (WHERE status = 'queued' AND execute_after < now())),
         0
       )::float8 AS oldest_seconds,
       count(*) FILTER (WHERE status = 'failed') AS held
FROM addressee_jobs.pgqueuer
GROUP BY entrypoint
ORDER BY entrypoint
