-- The number of ids from :first_id up to :end_id in a collection, tombstones included, at most :limit.
SELECT count(*)
FROM (
  SELECT 1
  FROM addressee.recipients
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND id >= :first_id
    AND id < :end_id
  LIMIT :limit
) AS ids
