-- The number of living recipients in a collection.
SELECT coalesce(sum(count), 0)::bigint
FROM addressee.recipient_counts
WHERE environment_id = :environment_id
  AND collection = :collection
