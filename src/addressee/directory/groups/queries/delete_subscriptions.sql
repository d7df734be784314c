-- Deletes recipients' subscriptions to an object and returns the deleted ones.
WITH ending AS (
  SELECT subscriptions.recipient_collection,
         subscriptions.recipient_id,
         subscriptions.recipient_uid
  FROM unnest(:recipients.collection::text[], :recipients.id::text[], :recipients.uid::uuid[])
    AS named (collection, id, uid)
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = :environment_id
   AND subscriptions.collection = :collection
   AND subscriptions.object_id = :id
   AND subscriptions.object_uid = :uid
   AND subscriptions.recipient_collection = named.collection
   AND subscriptions.recipient_id = named.id
   AND subscriptions.recipient_uid = named.uid
  ORDER BY subscriptions.recipient_collection, subscriptions.recipient_id
  FOR UPDATE OF subscriptions
),
ended AS (
  DELETE FROM addressee.subscriptions AS subscriptions
  USING ending
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.collection = :collection
    AND subscriptions.object_id = :id
    AND subscriptions.object_uid = :uid
    AND subscriptions.recipient_collection = ending.recipient_collection
    AND subscriptions.recipient_id = ending.recipient_id
    AND subscriptions.recipient_uid = ending.recipient_uid
  RETURNING subscriptions.environment_id,
            subscriptions.collection,
            subscriptions.object_id,
            subscriptions.recipient_collection,
            subscriptions.recipient_id,
            subscriptions.recipient_uid,
            subscriptions.id,
            subscriptions.properties,
            subscriptions.inserted_at,
            subscriptions.updated_at
),
happened AS (
  SELECT environment_id,
         recipient_id,
         recipient_uid AS uid,
         'audience' AS type,
         'exit' AS name,
         :now::timestamptz AS at,
         jsonb_build_object('audience_key', object_id) AS event
  FROM ended
  WHERE collection = '$audiences'
),
signalled AS (
  -- part: signals
)
SELECT recipient_collection,
       recipient_id,
       id,
       properties,
       inserted_at,
       updated_at
FROM ended
