-- A page of a collection's living recipients of one name ($4: towards newer ones), oldest first.
WITH named AS NOT MATERIALIZED (
  SELECT
    -- part: recipient_columns
  FROM addressee.recipients
  WHERE environment_id = $1
    AND collection = $2
    AND attributes ->> 'name' = $3
    AND deleted_at IS NULL
),
newer AS (
  SELECT *
  FROM named
  WHERE $4
    AND uid > $5
  ORDER BY uid
  LIMIT $6
),
older AS (
  SELECT *
  FROM named
  WHERE NOT $4
    AND uid < $5
  ORDER BY uid DESC
  LIMIT $6
)
SELECT *
FROM newer
UNION ALL
SELECT *
FROM older
ORDER BY uid
