-- A page of a collection's living recipients with identities from $3 up to $4 and ids from $6 up to $7, in the order of
-- their identities ($8: oldest first). OFFSET 0 keeps the ids from being looked up: many have such, and one after the
-- other is met in that order.
WITH oldest AS (
  SELECT *
  FROM (
    SELECT *
    FROM addressee.recipients
    WHERE environment_id = $1
      AND collection = $2
      AND uid >= $3
      AND uid < $4
      AND deleted_at IS NULL
    ORDER BY uid
    OFFSET 0
  ) AS in_order
  WHERE $8
    AND id >= $6
    AND id < $7
  LIMIT $5
),
newest AS (
  SELECT *
  FROM (
    SELECT *
    FROM addressee.recipients
    WHERE environment_id = $1
      AND collection = $2
      AND uid >= $3
      AND uid < $4
      AND deleted_at IS NULL
    ORDER BY uid DESC
    OFFSET 0
  ) AS in_order
  WHERE NOT $8
    AND id >= $6
    AND id < $7
  LIMIT $5
)
SELECT
  -- part: recipient_columns
FROM (
  SELECT *
  FROM oldest
  UNION ALL
  SELECT *
  FROM newest
) AS recipients
ORDER BY CASE WHEN $8 THEN uid END,
         uid DESC
