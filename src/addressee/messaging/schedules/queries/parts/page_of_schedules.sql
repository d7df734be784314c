-- A page before or after a schedule (`backwards`), newest first.
older AS (
  SELECT *
  FROM matching
  WHERE NOT :backwards
    AND id < :start_id
  ORDER BY id DESC
  LIMIT :limit
),
newer AS (
  SELECT *
  FROM matching
  WHERE :backwards
    AND id > :start_id
  ORDER BY id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
