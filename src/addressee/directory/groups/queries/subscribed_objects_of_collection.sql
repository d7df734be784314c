-- A page of the living objects of a collection that a recipient subscribes to, newest first, of the subscriptions with
-- ids from :first up to :end.
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
    AND subscriptions.collection = :object_collection
    AND subscriptions.id >= :first
    AND subscriptions.id < :end
),
-- part: page_of_subscriptions
