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
  tenant,
  data,
  subscription,
  kinds,
  profile,
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
       $6,
       starting.data,
       starting.subscription,
       starting.kinds,
       starting.profile,
       $15,
       0,
       $16,
       $17,
       $17
FROM unnest($7::uuid[], $8::text[], $9::text[], $10::uuid[], $11::jsonb[], $12::jsonb[], $13::jsonb[], $14::jsonb[])
  AS starting (id, collection, recipient_id, uid, data, subscription, kinds, profile)
ON CONFLICT DO NOTHING
