-- Subscribes living recipients to a living object. Existing subscriptions get the new :properties unless NULL.
WITH added AS (
  INSERT INTO addressee.subscriptions (
    environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid,
    id, properties, inserted_at, updated_at
  )
  SELECT objects.environment_id,
         objects.collection,
         objects.id,
         objects.uid,
         recipients.collection,
         recipients.id,
         recipients.uid,
         adding.subscription_id,
         coalesce(:properties::jsonb, '{}'),
         :now,
         :now
  FROM unnest(:recipients.collection::text[], :recipients.id::text[], :recipients.uid::uuid[], :subscription_ids::uuid[])
    AS adding (collection, id, uid, subscription_id)
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = :environment_id
   AND recipients.collection = adding.collection
   AND recipients.id = adding.id
   AND recipients.uid = adding.uid
   AND recipients.deleted_at IS NULL
  JOIN addressee.recipients AS objects
    ON objects.environment_id = :environment_id
   AND objects.collection = :collection
   AND objects.id = :id
   AND objects.uid = :uid
   AND objects.deleted_at IS NULL
  ORDER BY recipients.collection, recipients.id
  ON CONFLICT (
    environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid
  ) DO UPDATE
  SET properties = coalesce(:properties, subscriptions.properties),
      updated_at = excluded.updated_at
  RETURNING environment_id,
            collection,
            object_id,
            recipient_collection,
            recipient_id,
            recipient_uid,
            id,
            properties,
            inserted_at,
            updated_at
),
happened AS (
  SELECT environment_id,
         recipient_id,
         recipient_uid AS uid,
         'audience' AS type,
         'enter' AS name,
         :now::timestamptz AS at,
         jsonb_build_object('audience_key', object_id) AS event
  FROM added
  WHERE collection = '$audiences'
    AND inserted_at = updated_at
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
FROM added
