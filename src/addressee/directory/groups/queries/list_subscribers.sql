-- An object's living subscribers past a subscription ($5: towards older ones), newest first.
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
      AND others.collection = subscriptions.recipient_collection
      AND others.id = subscriptions.recipient_id
      AND others.uid = subscriptions.recipient_uid
      AND others.deleted_at IS NULL
    LIMIT 1
  ) AS recipients
  WHERE subscriptions.environment_id = $1
    AND subscriptions.collection = $2
    AND subscriptions.object_id = $3
    AND subscriptions.object_uid = $4
),
-- part: page_of_subscriptions
