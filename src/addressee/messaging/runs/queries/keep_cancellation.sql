-- Keeps a cancellation for triggers to come, of a workflow that there is.
INSERT INTO addressee.cancellations (environment_id, workflow, cancellation_key, recipients, cancelled_at)
SELECT :environment_id,
       :workflow,
       :cancellation_key,
       :recipients,
       :now
FROM addressee.workflows
WHERE workflows.environment_id = :environment_id
  AND workflows.key = :workflow
