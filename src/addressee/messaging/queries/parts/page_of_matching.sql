-- A page past a position, newest first: $2 is whether towards what is older, $6 and $7 the period.
older AS (
  SELECT *
  FROM matching
  WHERE $2
    AND (inserted_at, id) < ($3, $4)
    AND inserted_at >= $6
  ORDER BY inserted_at DESC, id DESC
  LIMIT $5
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $2
    AND (inserted_at, id) > ($3, $4)
    AND inserted_at < $7
  ORDER BY inserted_at, id
  LIMIT $5
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
