-- A page before or after a delivery (`backwards`), newest first, within a period.
older AS (
  SELECT *
  FROM matching
  WHERE NOT :backwards
    AND id < :start_id
    AND id >= :first_id
  ORDER BY id DESC
  LIMIT :limit
),
newer AS (
  SELECT *
  FROM matching
  WHERE :backwards
    AND id > :start_id
    AND id < :last_id
  ORDER BY id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
