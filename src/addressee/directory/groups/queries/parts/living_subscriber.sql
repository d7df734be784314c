-- The living recipient of a subscription.
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.recipients AS others
  WHERE others.environment_id = subscriptions.environment_id
    AND others.collection = subscriptions.recipient_collection
    AND others.id = subscriptions.recipient_id
    AND others.uid = subscriptions.recipient_uid
    AND others.deleted_at IS NULL
  LIMIT 1
) AS recipients
