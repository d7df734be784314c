-- Deletes up to $5 subscriptions to objects that are gone, and says to which.
WITH found AS (
  SELECT subscriptions.*
  FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.subscriptions AS own
    WHERE own.environment_id = people.environment_id
      AND own.collection = people.collection
      AND own.object_id = people.id
      AND own.object_uid = people.uid
    ORDER BY own.id
    LIMIT $5
  ) AS subscriptions
  LIMIT $5
),
ending AS (
  SELECT subscriptions.environment_id,
         subscriptions.collection,
         subscriptions.object_id,
         subscriptions.object_uid,
         subscriptions.recipient_collection,
         subscriptions.recipient_id,
         subscriptions.recipient_uid
  FROM found
  JOIN addressee.subscriptions AS subscriptions
  USING (environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid)
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
  AND subscriptions.collection = ending.collection
  AND subscriptions.object_id = ending.object_id
  AND subscriptions.object_uid = ending.object_uid
  AND subscriptions.recipient_collection = ending.recipient_collection
  AND subscriptions.recipient_id = ending.recipient_id
  AND subscriptions.recipient_uid = ending.recipient_uid
RETURNING subscriptions.environment_id,
          subscriptions.collection,
          subscriptions.object_id,
          subscriptions.object_uid
