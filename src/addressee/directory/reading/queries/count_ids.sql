-- How many ids there are from $3 up to $4 in a collection, living or not; $5 are $5 or more.
SELECT count(*)
FROM (
  SELECT 1
  FROM addressee.recipients
  WHERE environment_id = $1
    AND collection = $2
    AND id >= $3
    AND id < $4
  LIMIT $5
) AS ids
