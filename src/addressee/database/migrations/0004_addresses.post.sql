-- Counts those who came before there were counts.

-- A writer changes both tables in one transaction, so this statement sees them agree, but for those who were never
-- counted. How many these are does not change while others write: nothing has to be locked.
INSERT INTO addressee.recipient_counts (environment_id, collection, slot, count)
SELECT environment_id,
       collection,
       0,
       coalesce(living.count, 0) - coalesce(counted.count, 0)
FROM (
  SELECT environment_id, collection, count(*) AS count
  FROM addressee.recipients
  WHERE deleted_at IS NULL
    AND collection NOT LIKE '$members/%'
  GROUP BY environment_id, collection
) AS living
FULL JOIN (
  SELECT environment_id, collection, sum(count) AS count
  FROM addressee.recipient_counts
  GROUP BY environment_id, collection
) AS counted
USING (environment_id, collection)
ORDER BY environment_id, collection
ON CONFLICT (environment_id, collection, slot) DO UPDATE
SET count = recipient_counts.count + excluded.count;
