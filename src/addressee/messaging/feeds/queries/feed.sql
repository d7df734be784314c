-- One recipient's feed past a position ($4: towards older items), newest first.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT $2::text COLLATE "C" AS id,
         $3::uuid AS uid
),
matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = $1
    AND filter_data @> $10
    AND channel_id = $11
    AND status = 'delivered'
    AND ($12 = 'include' OR (archived_at IS NOT NULL) = ($12 = 'only'))
    AND ($13::text IS NULL OR tenant = $13 OR tenant IS NULL)
    AND ($14::boolean IS NULL OR (tenant IS NOT NULL) = $14)
    AND ($15::text IS NULL OR workflow = $15)
    AND ($16::text[] IS NULL OR categories && $16)
    AND ($17::text IS NULL OR topic = $17)
    AND CASE $18::text
          WHEN 'all' THEN true
          WHEN 'unread' THEN read_at IS NULL
          WHEN 'read' THEN read_at IS NOT NULL
          WHEN 'unseen' THEN seen_at IS NULL
          WHEN 'seen' THEN seen_at IS NOT NULL
          WHEN 'seen_unread' THEN seen_at IS NOT NULL AND read_at IS NULL
        END
),
older AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE $4
      AND (messages.inserted_at, messages.id) < ($5, $6)
      AND messages.inserted_at >= $8
      -- part: in_source
    ORDER BY messages.inserted_at DESC, messages.id DESC
    LIMIT $7
  ) AS page
  ORDER BY page.inserted_at DESC, page.id DESC
  LIMIT $7
),
newer AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE NOT $4
      AND (messages.inserted_at, messages.id) > ($5, $6)
      AND messages.inserted_at < $9
      -- part: in_source
    ORDER BY messages.inserted_at, messages.id
    LIMIT $7
  ) AS page
  ORDER BY page.inserted_at, page.id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
