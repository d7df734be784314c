-- Adds objects whose subscribers a run tells too, and returns those that it had not come to before.
INSERT INTO addressee.run_fanouts (
  environment_id,
  run_id,
  collection,
  object_id,
  object_uid,
  level,
  cursor,
  workflow,
  cancellation_key,
  kinds
)
SELECT $1,
       $2,
       objects.collection,
       objects.id,
       objects.uid,
       $5,
       $6,
       $3,
       $4,
       objects.kinds
FROM unnest($7::text[], $8::text[], $9::uuid[], $10::jsonb[]) AS objects (collection, id, uid, kinds)
ON CONFLICT DO NOTHING
RETURNING collection,
          object_id
