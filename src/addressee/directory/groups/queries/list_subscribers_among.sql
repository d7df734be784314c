-- Those of an object's living subscribers that are named, past a subscription ($5: towards older ones).
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.properties AS subscription_properties,
         subscriptions.inserted_at,
         subscriptions.updated_at AS subscription_updated_at,
         -- part: recipient_columns
  FROM unnest($8::text[], $9::text[]) AS named (collection, id)
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = $1
   AND subscriptions.collection = $2
   AND subscriptions.object_id = $3
   AND subscriptions.object_uid = $4
   AND subscriptions.recipient_collection = named.collection
   AND subscriptions.recipient_id = named.id
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = subscriptions.environment_id
   AND recipients.collection = subscriptions.recipient_collection
   AND recipients.id = subscriptions.recipient_id
   AND recipients.uid = subscriptions.recipient_uid
   AND recipients.deleted_at IS NULL
),
-- part: page_of_subscriptions
