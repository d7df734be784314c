-- Some identities' messages past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = $1
    -- part: message_filter
),
older AS (
  SELECT messages.*
  FROM unnest($21::text[], $22::uuid[]) AS owners (id, uid)
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching
    WHERE $2
      AND matching.recipient_id = owners.id
      AND matching.uid = owners.uid
      AND (matching.inserted_at, matching.id) < ($3, $4)
      AND matching.inserted_at >= $6
    ORDER BY matching.inserted_at DESC, matching.id DESC
    LIMIT $5
  ) AS messages
  ORDER BY messages.inserted_at DESC, messages.id DESC
  LIMIT $5
),
newer AS (
  SELECT messages.*
  FROM unnest($21::text[], $22::uuid[]) AS owners (id, uid)
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching
    WHERE NOT $2
      AND matching.recipient_id = owners.id
      AND matching.uid = owners.uid
      AND (matching.inserted_at, matching.id) > ($3, $4)
      AND matching.inserted_at < $7
    ORDER BY matching.inserted_at, matching.id
    LIMIT $5
  ) AS messages
  ORDER BY messages.inserted_at, messages.id
  LIMIT $5
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
