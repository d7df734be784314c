-- A page before or after one of a message's entries (`backwards`), oldest first.
newer AS (
  SELECT *
  FROM entries
  WHERE NOT :backwards
    AND id > :start_id
  ORDER BY id
  LIMIT :limit
),
older AS (
  SELECT *
  FROM entries
  WHERE :backwards
    AND id < :start_id
  ORDER BY id DESC
  LIMIT :limit
)
SELECT *
FROM newer
UNION ALL
SELECT *
FROM older
ORDER BY id
