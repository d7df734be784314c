-- The number of living recipients in each of our own collections, and without a name that in all others.
SELECT CASE WHEN collection LIKE '$%' THEN collection END AS kind,
       sum(count)::bigint AS count
FROM addressee.recipient_counts
WHERE environment_id = :environment_id
GROUP BY kind
