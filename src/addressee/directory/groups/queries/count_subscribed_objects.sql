-- How many living objects, but for those kept apart, a recipient subscribes to; at most $5.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = $1
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
    AND (subscriptions.collection = '$tenants' OR NOT starts_with(subscriptions.collection, '$'))
    AND (
      SELECT recipients.deleted_at IS NULL
      FROM addressee.recipients AS recipients
      WHERE recipients.environment_id = subscriptions.environment_id
        AND recipients.collection = subscriptions.collection
        AND recipients.id = subscriptions.object_id
        AND recipients.uid = subscriptions.object_uid
    )
  LIMIT $5
) AS counted
