-- Like list_subscribed_objects, limited to the objects in :among.
WITH found AS NOT MATERIALIZED (
  SELECT
    -- part: subscription_columns
    -- part: recipient_columns
  FROM unnest(:among.collection::text[], :among.id::text[]) AS named (collection, id)
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = :environment_id
   AND subscriptions.recipient_collection = :collection
   AND subscriptions.recipient_id = :id
   AND subscriptions.recipient_uid = :uid
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
