-- Held jobs of an environment, and (:with_shared) those that do not tell of one.
SELECT
  -- part: held_job_columns
FROM (
  SELECT id,
         name,
         convert_from(arguments, 'UTF8')::jsonb AS arguments,
         failures,
         last_failure,
         inserted_at,
         held_at
  FROM addressee.jobs
  WHERE held_at IS NOT NULL
) AS held
WHERE (
  -- part: environment_of_job
  = :environment_id
  OR :with_shared
  AND
  -- part: environment_of_job
  IS NULL
)
