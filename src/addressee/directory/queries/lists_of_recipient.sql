-- The living lists ($8: their collection) that a recipient is in, past a subscription ($5: towards older ones).
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.inserted_at,
         lists.environment_id,
         lists.collection,
         lists.id,
         lists.uid,
         lists.version,
         lists.updated_at,
         lists.attributes,
         lists.properties,
         lists.addresses,
         lists.channel_data,
         lists.preferences,
         lists.deleted_at,
         lists.format
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
  ) AS lists
  WHERE subscriptions.environment_id = $1
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
    AND subscriptions.collection = $8
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
