-- An object's next living subscribers after a subscription, and before another, oldest first; none once the object is
-- gone.
SELECT subscriptions.id,
       subscriptions.recipient_collection,
       subscriptions.recipient_id,
       subscriptions.recipient_uid,
       subscriptions.properties
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
  AND subscriptions.id > $5
  AND subscriptions.id < $6
  AND EXISTS (
    SELECT
    FROM addressee.recipients AS objects
    WHERE objects.environment_id = $1
      AND objects.collection = $2
      AND objects.id = $3
      AND objects.uid = $4
      AND objects.deleted_at IS NULL
  )
ORDER BY subscriptions.id
LIMIT $7
