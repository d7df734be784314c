-- Whether anybody is stored who subscribes to an object's identity.
SELECT EXISTS (
  SELECT
  FROM addressee.subscriptions
  WHERE environment_id = $1
    AND collection = $2
    AND object_id = $3
    AND object_uid = $4
)
