-- Moves up to :limit subscriptions of an identity to another that lacks them, for the merge :merge_id or (:back) its
-- undoing. Returns their objects, and whether the other had subscribed to each meanwhile.
WITH moving AS (
  SELECT subscriptions.environment_id,
         subscriptions.collection,
         subscriptions.object_id,
         subscriptions.object_uid
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.recipient_collection = :collection
    AND subscriptions.recipient_id = :id
    AND subscriptions.recipient_uid = :uid
    AND (NOT :back::boolean OR :merge_id = ANY(subscriptions.merge_ids))
    AND NOT EXISTS (
      SELECT
      FROM addressee.subscriptions AS others
      WHERE others.environment_id = subscriptions.environment_id
        AND others.collection = subscriptions.collection
        AND others.object_id = subscriptions.object_id
        AND others.object_uid = subscriptions.object_uid
        AND others.recipient_collection = :collection
        AND others.recipient_id = :target_id
        AND others.recipient_uid = :target_uid
    )
  ORDER BY subscriptions.collection,
           subscriptions.object_id,
           subscriptions.object_uid
  LIMIT :limit
  FOR UPDATE
),
gone AS (
  DELETE FROM addressee.subscriptions AS subscriptions
  USING moving
  WHERE subscriptions.environment_id = moving.environment_id
    AND subscriptions.collection = moving.collection
    AND subscriptions.object_id = moving.object_id
    AND subscriptions.object_uid = moving.object_uid
    AND subscriptions.recipient_collection = :collection
    AND subscriptions.recipient_id = :id
    AND subscriptions.recipient_uid = :uid
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
         :target_id,
         :target_uid,
         id,
         properties,
         inserted_at,
         updated_at,
         CASE WHEN :back THEN trim_array(merge_ids, 1) ELSE array_append(merge_ids, :merge_id::uuid) END
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
