-- The living objects, but for those kept apart, that a recipient subscribes to, past a subscription ($5: towards older ones).
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.properties AS subscription_properties,
         subscriptions.inserted_at,
         subscriptions.updated_at AS subscription_updated_at,
         -- part: recipient_columns
  FROM addressee.subscriptions AS subscriptions
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.recipients AS others
    WHERE others.environment_id = subscriptions.environment_id
      AND others.collection = subscriptions.collection
      AND others.id = subscriptions.object_id
      AND others.uid = subscriptions.object_uid
      AND others.deleted_at IS NULL
    LIMIT 1
  ) AS recipients
  WHERE subscriptions.environment_id = $1
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
    AND (subscriptions.collection = '$tenants' OR NOT starts_with(subscriptions.collection, '$'))
),
-- part: page_of_subscriptions
