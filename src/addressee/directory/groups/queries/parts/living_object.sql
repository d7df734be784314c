-- The living object of a subscription.
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.recipients AS others
  WHERE others.environment_id = subscriptions.environment_id
    AND others.collection = subscriptions.collection
    AND others.id = subscriptions.object_id
    AND others.uid = subscriptions.object_uid
    AND others.deleted_at IS NULL
  LIMIT 1
) AS recipients
