-- Those living objects of some, but for those kept apart, that a recipient subscribes to, past a subscription ($5: towards older ones).
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.properties AS subscription_properties,
         subscriptions.inserted_at,
         subscriptions.updated_at AS subscription_updated_at,
         -- part: recipient_columns
  FROM unnest($8::text[], $9::text[]) AS named (collection, id)
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = $1
   AND subscriptions.recipient_collection = $2
   AND subscriptions.recipient_id = $3
   AND subscriptions.recipient_uid = $4
   AND subscriptions.collection = named.collection
   AND subscriptions.object_id = named.id
   AND (subscriptions.collection = '$tenants' OR NOT starts_with(subscriptions.collection, '$'))
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = subscriptions.environment_id
   AND recipients.collection = subscriptions.collection
   AND recipients.id = subscriptions.object_id
   AND recipients.uid = subscriptions.object_uid
   AND recipients.deleted_at IS NULL
),
-- part: page_of_subscriptions
