-- Adds to collections' counts of recipients; each collection is given once.
INSERT INTO addressee.recipient_counts (environment_id, collection, slot, count)
SELECT environment_id, collection, :slot, difference
FROM unnest(:changes.environment_id::smallint[], :changes.collection::text[], :changes.difference::bigint[])
  AS changes (environment_id, collection, difference)
ORDER BY environment_id, collection COLLATE "C"
ON CONFLICT (environment_id, collection, slot) DO UPDATE
SET count = recipient_counts.count + excluded.count
