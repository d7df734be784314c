-- Stores runs of single recipients that ended before their first step, each with its journal, and has endpoints told.
WITH stored AS (
  INSERT INTO addressee.recipient_runs (
    environment_id,
    id,
    collection,
    recipient_id,
    uid,
    run_id,
    page,
    workflow,
    tenant,
    data,
    status,
    step,
    journal,
    error_count,
    inserted_at,
    updated_at
  )
  SELECT ended.environment_id,
         ended.id,
         ended.collection,
         ended.recipient_id,
         ended.uid,
         ended.run_id,
         0,
         ended.workflow,
         ended.tenant,
         '{}',
         'completed',
         0,
         ended.journal,
         1,
         :now,
         :now
  FROM unnest(
    :ended.run.environment_id::smallint[],
    :ended.id::uuid[],
    :ended.recipient.collection::text[],
    :ended.recipient.id::text[],
    :ended.recipient.uid::uuid[],
    :ended.run.id::uuid[],
    :ended.run.workflow::text[],
    :ended.run.tenant::text[],
    :ended.journal::jsonb[]
  ) AS ended (environment_id, id, collection, recipient_id, uid, run_id, workflow, tenant, journal)
  RETURNING environment_id,
            id,
            collection,
            recipient_id,
            uid
),
occurred AS (
  -- part: new_runs_occurred
)
-- part: webhooks
