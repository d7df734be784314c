-- Deletes how many jobs were run before a time.
DELETE FROM addressee_jobs.pgqueuer_statistics
WHERE created < $1
