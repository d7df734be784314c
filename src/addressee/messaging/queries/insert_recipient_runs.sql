-- Starts the runs of one page of recipients; those that exist stay as they are.
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
  data,
  status,
  step,
  journal,
  inserted_at,
  updated_at
)
SELECT $1,
       starting.id,
       starting.collection,
       starting.recipient_id,
       starting.uid,
       $2,
       $3,
       $4,
       $5,
       starting.data,
       $11,
       0,
       $12,
       $13,
       $13
FROM unnest($6::uuid[], $7::text[], $8::text[], $9::uuid[], $10::jsonb[])
  AS starting (id, collection, recipient_id, uid, data)
ON CONFLICT DO NOTHING
