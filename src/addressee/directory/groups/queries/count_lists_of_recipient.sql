-- How many living lists ($5: their collection) a recipient is in; at most $6.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = $1
    AND subscriptions.recipient_collection = $2
    AND subscriptions.recipient_id = $3
    AND subscriptions.recipient_uid = $4
    AND subscriptions.collection = $5
    AND (
      SELECT lists.deleted_at IS NULL
      FROM addressee.recipients AS lists
      WHERE lists.environment_id = subscriptions.environment_id
        AND lists.collection = subscriptions.collection
        AND lists.id = subscriptions.object_id
        AND lists.uid = subscriptions.object_uid
    )
  LIMIT $6
) AS counted
