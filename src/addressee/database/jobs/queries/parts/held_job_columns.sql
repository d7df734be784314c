id,
name,
-- part: environment_of_job
AS environment_id,
arguments ->> 'run_id' AS run_id,
failures,
last_failure,
inserted_at,
held_at
