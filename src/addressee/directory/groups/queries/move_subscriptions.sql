-- Gives some subscriptions of one identity to another who lacks them; $7 is the merge that they follow, or ($8) come back
-- from. Says to which objects, and which of them the other had got meanwhile.
WITH moving AS (
  SELECT subscriptions.environment_id,
         subscriptions.collection,
         subscriptions.object_id,
         subscriptions.object_uid
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = $1
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
    AND (NOT $8::boolean OR $7 = ANY(subscriptions.merge_ids))
    AND NOT EXISTS (
      SELECT
      FROM addressee.subscriptions AS others
      WHERE others.environment_id = subscriptions.environment_id
        AND others.collection = subscriptions.collection
        AND others.object_id = subscriptions.object_id
        AND others.object_uid = subscriptions.object_uid
        AND others.recipient_collection = $2
        AND others.recipient_id = $5
        AND others.recipient_uid = $6
    )
  ORDER BY subscriptions.collection,
           subscriptions.object_id,
           subscriptions.object_uid
  LIMIT $9
  FOR UPDATE
),
gone AS (
  DELETE FROM addressee.subscriptions AS subscriptions
  USING moving
  WHERE subscriptions.environment_id = moving.environment_id
    AND subscriptions.collection = moving.collection
    AND subscriptions.object_id = moving.object_id
    AND subscriptions.object_uid = moving.object_uid
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
  RETURNING subscriptions.*
),
arrived AS (
  INSERT INTO addressee.subscriptions (
    environment_id,
    collection,
    object_id,
    object_uid,
    recipient_collection,
    recipient_id,
    recipient_uid,
    id,
    properties,
    inserted_at,
    updated_at,
    merge_ids
  )
  SELECT environment_id,
         collection,
         object_id,
         object_uid,
         recipient_collection,
         $5,
         $6,
         id,
         properties,
         inserted_at,
         updated_at,
         CASE WHEN $8 THEN trim_array(merge_ids, 1) ELSE array_append(merge_ids, $7::uuid) END
  FROM gone
  ON CONFLICT DO NOTHING
  RETURNING environment_id, collection, object_id, object_uid
)
SELECT gone.environment_id,
       gone.collection,
       gone.object_id,
       gone.object_uid,
       arrived.object_uid IS NULL AS was_there
FROM gone
LEFT JOIN arrived
  ON arrived.environment_id = gone.environment_id
 AND arrived.collection = gone.collection
 AND arrived.object_id = gone.object_id
 AND arrived.object_uid = gone.object_uid
