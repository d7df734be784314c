-- An object's living subscribers whose subscriptions are after :after and before :until, oldest first, with the
-- bytes that their properties take in storage; none once the object is deleted.
SELECT subscriptions.id,
       subscriptions.recipient_collection,
       subscriptions.recipient_id,
       subscriptions.recipient_uid,
       subscriptions.properties,
       pg_column_size(subscriptions.properties) + pg_column_size(recipients.properties) AS bytes
FROM addressee.subscriptions AS subscriptions
-- part: living_subscriber
WHERE subscriptions.environment_id = :environment_id
  AND subscriptions.collection = :collection
  AND subscriptions.object_id = :id
  AND subscriptions.object_uid = :uid
  AND subscriptions.id > :after
  AND subscriptions.id < :until
  AND EXISTS (
    SELECT
    FROM addressee.recipients AS objects
    WHERE objects.environment_id = :environment_id
      AND objects.collection = :collection
      AND objects.id = :id
      AND objects.uid = :uid
      AND objects.deleted_at IS NULL
  )
ORDER BY subscriptions.id
LIMIT :limit
