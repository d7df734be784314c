-- A page of a collection's living recipients with identities from $3 up to $4 and ids from $6 up to $7, in the order of
-- their identities ($8: oldest first). All that have such ids are looked at.
WITH found AS MATERIALIZED (
  SELECT id,
         uid
  FROM addressee.recipients
  WHERE environment_id = $1
    AND collection = $2
    AND id >= $6
    AND id < $7
    AND uid >= $3
    AND uid < $4
    AND deleted_at IS NULL
),
nearest AS (
  (
    SELECT *
    FROM found
    WHERE $8
    ORDER BY uid
    LIMIT $5
  )
  UNION ALL
  (
    SELECT *
    FROM found
    WHERE NOT $8
    ORDER BY uid DESC
    LIMIT $5
  )
)
SELECT
  -- part: recipient_columns
FROM nearest
JOIN addressee.recipients USING (id, uid)
WHERE environment_id = $1
  AND collection = $2
ORDER BY CASE WHEN $8 THEN uid END,
         uid DESC
