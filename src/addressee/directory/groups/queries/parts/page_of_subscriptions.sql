-- A page past a subscription, newest first: $5 is whether towards older ones.
older AS (
  SELECT *
  FROM found
  WHERE $5
    AND subscription_id < $6
  ORDER BY subscription_id DESC
  LIMIT $7
),
newer AS (
  SELECT *
  FROM found
  WHERE NOT $5
    AND subscription_id > $6
  ORDER BY subscription_id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY subscription_id DESC
