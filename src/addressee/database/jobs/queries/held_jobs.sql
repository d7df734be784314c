-- A page of the held jobs of an environment, newest first.
-- part: held_jobs_of_environment
AND (:before::bigint IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
