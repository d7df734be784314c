-- One identity's feed past a position ($4: towards older items), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = $1
    AND recipient_id = $2
    AND uid = $3
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
  SELECT *
  FROM matching
  WHERE $4
    AND (inserted_at, id) < ($5, $6)
    AND inserted_at >= $8
  ORDER BY inserted_at DESC, id DESC
  LIMIT $7
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $4
    AND (inserted_at, id) > ($5, $6)
    AND inserted_at < $9
  ORDER BY inserted_at, id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
