-- A page before or after a position (`backwards`), newest first, within a period.
older AS (
  SELECT *
  FROM matching
  WHERE NOT :backwards
    AND (inserted_at, id) < (:start_at, :start_id)
    AND inserted_at >= :since
  ORDER BY inserted_at DESC, id DESC
  LIMIT :limit
),
newer AS (
  SELECT *
  FROM matching
  WHERE :backwards
    AND (inserted_at, id) > (:start_at, :start_id)
    AND inserted_at < :until
  ORDER BY inserted_at, id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
