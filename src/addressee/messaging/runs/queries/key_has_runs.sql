-- Whether any run of a workflow has had a cancellation key.
SELECT EXISTS (
  SELECT
  FROM addressee.workflow_runs
  WHERE environment_id = :environment_id
    AND workflow = :workflow
    AND cancellation_key = :cancellation_key
)
