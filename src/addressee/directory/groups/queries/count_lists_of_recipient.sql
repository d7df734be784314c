-- The number of living lists that a recipient is a member of, at most :limit.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.subscriptions AS subscriptions
  WHERE subscriptions.environment_id = :environment_id
    AND subscriptions.recipient_collection = :collection
    AND subscriptions.recipient_id = :id
    AND subscriptions.recipient_uid = :uid
    AND subscriptions.collection = :list_collection
    AND (
      SELECT lists.deleted_at IS NULL
      FROM addressee.recipients AS lists
      WHERE lists.environment_id = subscriptions.environment_id
        AND lists.collection = subscriptions.collection
        AND lists.id = subscriptions.object_id
        AND lists.uid = subscriptions.object_uid
    )
  LIMIT :limit
) AS counted
