-- Subscribes those who live to an object that lives; who was subscribed stays so, with what is given ($9) changed.
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
       coalesce($9::jsonb, '{}'),
       $10,
       $10
FROM unnest($5::text[], $6::text[], $7::uuid[], $8::uuid[]) AS adding (collection, id, uid, subscription_id)
JOIN addressee.recipients AS recipients
  ON recipients.environment_id = $1
 AND recipients.collection = adding.collection
 AND recipients.id = adding.id
 AND recipients.uid = adding.uid
 AND recipients.deleted_at IS NULL
JOIN addressee.recipients AS objects
  ON objects.environment_id = $1
 AND objects.collection = $2
 AND objects.id = $3
 AND objects.uid = $4
 AND objects.deleted_at IS NULL
ORDER BY recipients.collection, recipients.id
ON CONFLICT (
  environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid
) DO UPDATE
SET properties = coalesce($9, subscriptions.properties),
    updated_at = excluded.updated_at
RETURNING recipient_collection,
          recipient_id,
          id,
          properties,
          inserted_at,
          updated_at
