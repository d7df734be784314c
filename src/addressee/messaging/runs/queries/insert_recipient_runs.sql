-- Stores the runs of pages of recipients where their first pass has brought them; those that exist stay as they are.
-- Endpoints are told of the end of those that `ended_silently`; of other ends, with the messages that are stored next.
-- Returns the ids of those that are stored.
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
    cancellation_key,
    tenant,
    data,
    subscription,
    kinds,
    profile,
    topic,
    status,
    step,
    journal,
    due_at,
    refs,
    error_count,
    inserted_at,
    updated_at
  )
  SELECT :environment_id,
         starting.id,
         starting.collection,
         starting.recipient_id,
         starting.uid,
         (:origins.run_id::uuid[])[starting.origin],
         (:origins.page::smallint[])[starting.origin],
         :workflow,
         (:origins.cancellation_key::text[])[starting.origin],
         :tenant,
         starting.data,
         starting.subscription,
         starting.kinds,
         starting.profile,
         starting.topic,
         starting.status,
         starting.step,
         starting.journal,
         starting.due_at,
         starting.refs,
         starting.errors,
         (:origins.since::timestamptz[])[starting.origin],
         :now
  FROM unnest(
    :starting.origin::int[],
    :starting.id::uuid[],
    :starting.collection::text[],
    :starting.recipient_id::text[],
    :starting.uid::uuid[],
    :starting.data::jsonb[],
    :starting.subscription::jsonb[],
    :starting.kinds::jsonb[],
    :starting.profile::jsonb[],
    :starting.topic::text[],
    :starting.status::text[],
    :starting.step::smallint[],
    :starting.journal::jsonb[],
    :starting.due_at::timestamptz[],
    :starting.refs::jsonb[],
    :starting.errors::smallint[]
  ) AS starting (
    origin,
    id,
    collection,
    recipient_id,
    uid,
    data,
    subscription,
    kinds,
    profile,
    topic,
    status,
    step,
    journal,
    due_at,
    refs,
    errors
  )
  ON CONFLICT DO NOTHING
  RETURNING environment_id,
            id,
            collection,
            recipient_id,
            uid,
            run_id,
            workflow,
            tenant,
            status
),
happened AS (
  SELECT environment_id,
         recipient_id,
         uid,
         'workflow' AS type,
         happening.name,
         :now::timestamptz AS at,
         tenant,
         jsonb_build_object('source_key', workflow, 'run_id', run_id, 'recipient_run_id', id) AS event
  FROM stored
  CROSS JOIN (VALUES ('started'), ('completed')) AS happening (name)
  WHERE happening.name = 'started'
     OR stored.status = 'completed'
),
signalled AS (
  -- part: signals
),
occurred AS (
  -- part: new_runs_occurred
  WHERE happening.name = 'started'
     OR stored.id = ANY(:ended_silently::uuid[])
),
told AS (
  -- part: webhooks
)
SELECT id
FROM stored
