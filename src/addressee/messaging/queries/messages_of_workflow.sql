-- One workflow's messages past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_messages
  WHERE environment_id = $1
    AND workflow = $11
    AND filter_data @> $8
    AND ($9::text IS NULL OR tenant = $9)
    AND ($10::uuid[] IS NULL OR channel_id = ANY($10))
    AND ($12::text[] IS NULL OR status = ANY($12))
    AND ($13::text[] IS NULL OR categories && $13)
    AND ($14::text[] IS NULL OR id = ANY($14))
    AND ($15::uuid IS NULL OR run_id = $15)
    AND (seen_at IS NOT NULL OR 'seen' <> ALL($16::text[]))
    AND (read_at IS NOT NULL OR 'read' <> ALL($16))
    AND (interacted_at IS NOT NULL OR 'interacted' <> ALL($16))
    AND (link_clicked_at IS NOT NULL OR 'link_clicked' <> ALL($16))
    AND (archived_at IS NOT NULL OR 'archived' <> ALL($16))
    AND (seen_at IS NULL OR 'unseen' <> ALL($16))
    AND (read_at IS NULL OR 'unread' <> ALL($16))
    AND (archived_at IS NULL OR 'unarchived' <> ALL($16))
    AND (
      $17::text[] IS NULL
      OR CASE
           WHEN coalesce(interacted_at, link_clicked_at) IS NOT NULL THEN 'interacted'
           WHEN dismissed_at IS NOT NULL THEN 'dismissed'
           WHEN seen_at IS NOT NULL THEN 'seen'
           ELSE status
         END = ANY($17)
      OR CASE WHEN read_at IS NULL THEN 'unread' ELSE 'read' END = ANY($17)
      OR (archived_at IS NOT NULL AND 'archived' = ANY($17))
    )
    AND (
      $18::boolean IS NULL
      OR $18 = EXISTS (
        SELECT
        FROM addressee.workflow_runs AS runs
        WHERE runs.environment_id = present_messages.environment_id
          AND runs.id = present_messages.run_id
          AND runs.source ->> 'type' = 'broadcast'
      )
    )
    AND ($19::text IS NULL OR topic = $19)
    AND ($20::text IS NULL OR collection = $20)
),
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
