-- Whether anybody is stored who subscribes to an object's identity.
SELECT EXISTS (
  SELECT
  FROM addressee.subscriptions
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND object_id = :id
    AND object_uid = :uid
)
