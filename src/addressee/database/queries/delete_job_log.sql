-- Deletes what was logged about jobs before a time, once it is counted.
DELETE FROM addressee_jobs.pgqueuer_log
WHERE created < $1
  AND aggregated
