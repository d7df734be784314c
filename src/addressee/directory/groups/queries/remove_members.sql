-- Removes living users from the members of a list or draft, whose identity is :uid, and returns the removed ones.
WITH found AS MATERIALIZED (
  SELECT subscriptions.recipient_collection,
         subscriptions.recipient_id,
         subscriptions.recipient_uid,
         subscriptions.id
  FROM unnest(:ids::text[]) AS removing (id)
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.recipients AS others
    WHERE others.environment_id = :environment_id
      AND others.collection = :user_collection
      AND others.id = removing.id
    LIMIT 1
  ) AS recipients
  -- Sorted by the key, so that the planner chooses its index even without statistics.
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.subscriptions AS own
    WHERE own.environment_id = :environment_id
      AND own.collection = :collection
      AND own.object_id = :id
      AND own.object_uid = :uid
      AND (own.recipient_collection, own.recipient_id, own.recipient_uid)
          >= (recipients.collection, recipients.id, recipients.uid)
    ORDER BY own.recipient_collection,
             own.recipient_id,
             own.recipient_uid
    LIMIT 1
  ) AS subscriptions
  WHERE recipients.deleted_at IS NULL
    AND subscriptions.recipient_collection = recipients.collection
    AND subscriptions.recipient_id = recipients.id
    AND subscriptions.recipient_uid = recipients.uid
),
-- Joined by recipient and id alone: with the object, the planner may scan all of its rows.
ending AS (
  SELECT subscriptions.environment_id,
         subscriptions.recipient_collection,
         subscriptions.recipient_id,
         subscriptions.recipient_uid,
         subscriptions.id
  FROM found
  JOIN addressee.subscriptions AS subscriptions
    ON subscriptions.environment_id = :environment_id
   AND subscriptions.recipient_collection = found.recipient_collection
   AND subscriptions.recipient_id = found.recipient_id
   AND subscriptions.recipient_uid = found.recipient_uid
   AND subscriptions.id = found.id
  ORDER BY subscriptions.recipient_id
  FOR UPDATE OF subscriptions
)
DELETE FROM addressee.subscriptions AS subscriptions
USING ending
WHERE subscriptions.environment_id = ending.environment_id
  AND subscriptions.recipient_collection = ending.recipient_collection
  AND subscriptions.recipient_id = ending.recipient_id
  AND subscriptions.recipient_uid = ending.recipient_uid
  AND subscriptions.id = ending.id
RETURNING subscriptions.recipient_id,
          subscriptions.recipient_uid
