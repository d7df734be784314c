-- One identity's messages past a position ($4: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = $1
    AND recipient_id = $2
    AND uid = $3
    AND inserted_at >= $8
    AND inserted_at < $9
    AND filter_data @> $10
    AND ($11::text IS NULL OR tenant = $11)
    AND ($12::uuid IS NULL OR channel_id = $12)
    AND ($13::text IS NULL OR workflow = $13)
    AND ($14::text[] IS NULL OR status = ANY($14))
    AND ($15::text[] IS NULL OR categories && $15)
    AND ($16::text[] IS NULL OR id = ANY($16))
    AND ($17::uuid IS NULL OR run_id = $17)
    AND ($18::uuid IS NULL OR recipient_run_id = $18)
    AND (seen_at IS NOT NULL OR 'seen' <> ALL($19::text[]))
    AND (read_at IS NOT NULL OR 'read' <> ALL($19))
    AND (interacted_at IS NOT NULL OR 'interacted' <> ALL($19))
    AND (link_clicked_at IS NOT NULL OR 'link_clicked' <> ALL($19))
    AND (archived_at IS NOT NULL OR 'archived' <> ALL($19))
    AND (seen_at IS NULL OR 'unseen' <> ALL($19))
    AND (read_at IS NULL OR 'unread' <> ALL($19))
    AND (archived_at IS NULL OR 'unarchived' <> ALL($19))
),
older AS (
  SELECT *
  FROM matching
  WHERE $4
    AND (inserted_at, id) < ($5, $6)
  ORDER BY inserted_at DESC, id DESC
  LIMIT $7
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $4
    AND (inserted_at, id) > ($5, $6)
  ORDER BY inserted_at, id
  LIMIT $7
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
