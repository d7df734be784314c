-- The number of living objects outside reserved collections that a recipient subscribes to, at most :limit.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.recipient_collection = :collection
    AND subscriptions.recipient_id = :id
    AND subscriptions.recipient_uid = :uid
    AND (subscriptions.collection = '$tenants' OR NOT starts_with(subscriptions.collection, '$'))
    AND (
      SELECT recipients.deleted_at IS NULL
      FROM addressee.recipients AS recipients
      WHERE recipients.environment_id = subscriptions.environment_id
        AND recipients.collection = subscriptions.collection
        AND recipients.id = subscriptions.object_id
        AND recipients.uid = subscriptions.object_uid
    )
  LIMIT :limit
) AS counted
