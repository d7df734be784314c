-- An object's living subscribers past a subscription ($5: towards older ones), newest first.
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.properties AS subscription_properties,
         subscriptions.inserted_at,
         subscriptions.updated_at AS subscription_updated_at,
         recipients.environment_id,
         recipients.collection,
         recipients.id,
         recipients.uid,
         recipients.version,
         recipients.updated_at,
         recipients.attributes,
         recipients.properties,
         recipients.addresses,
         recipients.channel_data,
         recipients.preferences,
         recipients.deleted_at,
         recipients.format
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
older AS (
  SELECT *
  FROM found
  WHERE $5
    AND subscription_id < $6
  ORDER BY subscription_id DESC
  LIMIT $7
),
newer AS (
  SELECT *
  FROM found
  WHERE NOT $5
    AND subscription_id > $6
  ORDER BY subscription_id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY subscription_id DESC
