-- A page of an object's living subscribers after the subscription :start, newest first, of the subscriptions with ids
-- from :first up to :end.
WITH found AS NOT MATERIALIZED (
  SELECT subscriptions.id AS subscription_id,
         subscriptions.recipient_id,
         subscriptions.recipient_uid,
         subscriptions.inserted_at
  FROM addressee.subscriptions AS subscriptions
  -- part: living_subscriber
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.collection = :collection
    AND subscriptions.object_id = :id
    AND subscriptions.object_uid = :uid
    AND subscriptions.id >= :first
    AND subscriptions.id < :end
),
-- part: page_of_subscriptions
