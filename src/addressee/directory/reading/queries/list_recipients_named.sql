-- A page of a collection's living recipients with exactly this name, oldest first.
WITH named AS NOT MATERIALIZED (
  SELECT
    -- part: recipient_columns
  FROM addressee.recipients
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND attributes ->> 'name' = :name
    AND deleted_at IS NULL
),
newer AS (
  SELECT *
  FROM named
  WHERE :forward
    AND uid > :start
  ORDER BY uid
  LIMIT :limit
),
older AS (
  SELECT *
  FROM named
  WHERE NOT :forward
    AND uid < :start
  ORDER BY uid DESC
  LIMIT :limit
)
SELECT *
FROM newer
UNION ALL
SELECT *
FROM older
ORDER BY uid
