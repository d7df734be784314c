-- Stores runs, all recipients waiting, and returns their priorities: those of their workflows.
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
  attachments,
  priority,
  inserted_at
)
SELECT accepted.*,
       versions.priority,
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
  :runs.terms::jsonb[],
  :runs.attachments::jsonb[]
) AS accepted (
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
  attachments
)
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = accepted.environment_id
 AND versions.id = accepted.version_id
RETURNING id,
          priority
