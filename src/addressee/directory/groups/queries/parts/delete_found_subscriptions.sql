-- Deletes the subscriptions that `found` holds, and returns their objects.
-- Joined by recipient and id alone: with the object, the planner may scan all of its rows.
ending AS (
  SELECT subscriptions.environment_id,
         subscriptions.collection,
         subscriptions.object_id,
         subscriptions.object_uid,
         subscriptions.recipient_collection,
         subscriptions.recipient_id,
         subscriptions.recipient_uid,
         subscriptions.id
  FROM found
  JOIN addressee.subscriptions AS subscriptions
  USING (environment_id, recipient_collection, recipient_id, recipient_uid, id)
  ORDER BY subscriptions.environment_id,
           subscriptions.collection,
           subscriptions.object_id,
           subscriptions.object_uid,
           subscriptions.recipient_collection,
           subscriptions.recipient_id,
           subscriptions.recipient_uid
  FOR UPDATE OF subscriptions
)
DELETE FROM addressee.subscriptions AS subscriptions
USING ending
WHERE subscriptions.environment_id = ending.environment_id
  AND subscriptions.recipient_collection = ending.recipient_collection
  AND subscriptions.recipient_id = ending.recipient_id
  AND subscriptions.recipient_uid = ending.recipient_uid
  AND subscriptions.id = ending.id
RETURNING subscriptions.environment_id,
          subscriptions.collection,
          subscriptions.object_id,
          subscriptions.object_uid
