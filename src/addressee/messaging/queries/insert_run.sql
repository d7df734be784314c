-- Stores a trigger's run, all recipients waiting.
INSERT INTO addressee.workflow_runs (
  environment_id,
  id,
  workflow,
  version_id,
  tenant,
  actor,
  data,
  cancellation_key,
  sandbox,
  recipients,
  inserted_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
