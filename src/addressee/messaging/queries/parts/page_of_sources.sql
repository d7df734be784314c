-- A page of those of `matching` that are in `sources`, before or after a position (`backwards`), newest first.
older AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE NOT :backwards
      AND (messages.inserted_at, messages.id) < (:start_at, :start_id)
      AND messages.inserted_at >= :since
      -- part: in_source
    ORDER BY messages.inserted_at DESC, messages.id DESC
    LIMIT :limit
  ) AS page
  ORDER BY page.inserted_at DESC, page.id DESC
  LIMIT :limit
),
newer AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE :backwards
      AND (messages.inserted_at, messages.id) > (:start_at, :start_id)
      AND messages.inserted_at < :until
      -- part: in_source
    ORDER BY messages.inserted_at, messages.id
    LIMIT :limit
  ) AS page
  ORDER BY page.inserted_at, page.id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
