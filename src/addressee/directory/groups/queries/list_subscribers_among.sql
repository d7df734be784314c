-- Like list_subscribers, limited to the recipients in :among.
WITH found AS NOT MATERIALIZED (
  SELECT
    -- part: subscription_columns
    -- part: recipient_columns
  FROM unnest(:among.collection::text[], :among.id::text[]) AS named (collection, id)
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = :environment_id
   AND subscriptions.collection = :collection
   AND subscriptions.object_id = :id
   AND subscriptions.object_uid = :uid
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
