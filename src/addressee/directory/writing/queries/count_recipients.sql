-- Adds to how many recipients collections have; every collection is named once.
INSERT INTO addressee.recipient_counts (environment_id, collection, slot, count)
SELECT environment_id, collection, $4, difference
FROM unnest($1::smallint[], $2::text[], $3::bigint[]) AS changes (environment_id, collection, difference)
ORDER BY environment_id, collection COLLATE "C"
ON CONFLICT (environment_id, collection, slot) DO UPDATE
SET count = recipient_counts.count + excluded.count
