-- Whether an object's identity has a stored subscription.
SELECT EXISTS (
  SELECT
  FROM addressee.subscriptions
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND object_id = :id
    AND object_uid = :uid
)
