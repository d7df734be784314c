-- A page of an object's living subscribers without what is known of them, past a subscription ($5: towards older ones),
-- of those subscriptions from one id ($8) up to another.
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id,
         subscriptions.recipient_id,
         subscriptions.recipient_uid,
         subscriptions.inserted_at
  FROM addressee.subscriptions AS subscriptions
  CROSS JOIN LATERAL (
    SELECT
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
    AND subscriptions.id >= $8
    AND subscriptions.id < $9
),
older AS (
  SELECT *
  FROM found
  WHERE $5
    AND id < $6
  ORDER BY id DESC
  LIMIT $7
),
newer AS (
  SELECT *
  FROM found
  WHERE NOT $5
    AND id > $6
  ORDER BY id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
