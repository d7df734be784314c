-- One identity's schedules past one of them ($4: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.schedules
  WHERE environment_id = $1
    AND recipient_id = $2
    AND uid = $3
    AND ($7::text IS NULL OR tenant = $7)
    AND ($8::text IS NULL OR workflow = $8)
),
older AS (
  SELECT *
  FROM matching
  WHERE $4
    AND id < $5
  ORDER BY id DESC
  LIMIT $6
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $4
    AND id > $5
  ORDER BY id
  LIMIT $6
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
