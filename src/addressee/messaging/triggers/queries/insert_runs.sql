-- Stores runs, all recipients waiting, and returns their priorities: those of their workflows. Of some, all recipients are
-- one page, which has been started.
WITH accepted AS (
  SELECT accepted.*,
         versions.priority
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
    :runs.page::bytea[],
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
    page,
    terms,
    attachments
  )
  JOIN addressee.workflow_versions AS versions
    ON versions.environment_id = accepted.environment_id
   AND versions.id = accepted.version_id
),
pages AS (
  INSERT INTO addressee.run_pages (environment_id, run_id, page, workflow, cancellation_key, recipients, inserted_at)
  SELECT environment_id,
         id,
         0,
         workflow,
         cancellation_key,
         page,
         :now
  FROM accepted
  WHERE page IS NOT NULL
)
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
  pages_started,
  terms,
  attachments,
  priority,
  inserted_at
)
SELECT environment_id,
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
       (page IS NOT NULL)::int,
       terms,
       attachments,
       priority,
       :now
FROM accepted
RETURNING id,
          priority
