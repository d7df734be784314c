-- How many recipients live in a collection.
SELECT coalesce(sum(count), 0)::bigint
FROM addressee.recipient_counts
WHERE environment_id = $1
  AND collection = $2
