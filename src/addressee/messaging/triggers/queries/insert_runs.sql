-- Stores runs, all recipients waiting.
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
  skip_delay,
  source,
  recipients,
  terms,
  inserted_at
)
SELECT accepted.*,
       :now
FROM unnest(
  :runs.environment_id::smallint[],
  :runs.id::uuid[],
  :runs.workflow::text[],
  :runs.version_id::uuid[],
  :runs.tenant::text[],
  :runs.actor::jsonb[],
  :runs.data::jsonb[],
  :runs.cancellation_key::text[],
  :runs.sandbox::boolean[],
  :runs.skip_delay::boolean[],
  :runs.source::jsonb[],
  :runs.recipients::jsonb[],
  :runs.terms::jsonb[]
) AS accepted
