-- Starts the runs of one page of recipients; those that exist stay as they are.
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
    inserted_at,
    updated_at
  )
  SELECT :environment_id,
         starting.id,
         starting.collection,
         starting.recipient_id,
         starting.uid,
         :run_id,
         :page,
         :workflow,
         :cancellation_key,
         :tenant,
         starting.data,
         starting.subscription,
         starting.kinds,
         starting.profile,
         starting.topic,
         :status,
         0,
         :journal,
         :now,
         :now
  FROM unnest(
    :starting.id::uuid[],
    :starting.collection::text[],
    :starting.recipient_id::text[],
    :starting.uid::uuid[],
    :starting.data::jsonb[],
    :starting.subscription::jsonb[],
    :starting.kinds::jsonb[],
    :starting.profile::jsonb[],
    :starting.topic::text[]
  ) AS starting (id, collection, recipient_id, uid, data, subscription, kinds, profile, topic)
  ON CONFLICT DO NOTHING
  RETURNING environment_id,
            id,
            recipient_id,
            uid,
            run_id,
            workflow,
            tenant
),
happened AS (
  SELECT environment_id,
         recipient_id,
         uid,
         'workflow' AS type,
         'started' AS name,
         :now::timestamptz AS at,
         tenant,
         jsonb_build_object('source_key', workflow, 'run_id', run_id, 'recipient_run_id', id) AS event
  FROM stored
)
-- part: signals
