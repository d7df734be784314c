-- A page of an object's living subscribers after the subscription :start, newest first.
WITH found AS NOT MATERIALIZED (
  SELECT
    -- part: subscription_columns
    -- part: recipient_columns
  FROM addressee.subscriptions AS subscriptions
  -- part: living_subscriber
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.collection = :collection
    AND subscriptions.object_id = :id
    AND subscriptions.object_uid = :uid
),
-- part: page_of_subscriptions
