-- How many subscribers an object has.
SELECT coalesce(sum(count), 0)::bigint
FROM addressee.subscription_counts
WHERE environment_id = $1
  AND collection = $2
  AND object_id = $3
  AND object_uid = $4
