-- A held job of an environment.
-- part: held_jobs_of_environment
AND id = :id
