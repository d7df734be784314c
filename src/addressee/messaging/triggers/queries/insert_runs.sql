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
       $14
FROM unnest(
  $1::smallint[],
  $2::uuid[],
  $3::text[],
  $4::uuid[],
  $5::text[],
  $6::jsonb[],
  $7::jsonb[],
  $8::text[],
  $9::boolean[],
  $10::boolean[],
  $11::jsonb[],
  $12::jsonb[],
  $13::jsonb[]
) AS accepted
