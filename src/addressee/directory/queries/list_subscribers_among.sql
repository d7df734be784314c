-- Those of an object's living subscribers that are named, past a subscription ($5: towards older ones).
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
