-- A page of the living objects outside reserved collections that a recipient subscribes to, newest first.
WITH found AS NOT MATERIALIZED (
  SELECT
    -- part: subscription_columns
    -- part: recipient_columns
  FROM addressee.subscriptions AS subscriptions
  -- part: living_object
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.recipient_collection = :collection
    AND subscriptions.recipient_id = :id
    AND subscriptions.recipient_uid = :uid
    AND (subscriptions.collection = '$tenants' OR NOT starts_with(subscriptions.collection, '$'))
),
-- part: page_of_subscriptions
