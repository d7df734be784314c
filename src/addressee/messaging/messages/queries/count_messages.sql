-- How many of the newest 10,000 messages on an access path ($2) a filter leaves. The planner must know that number: not
-- knowing it, it may read them all.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT id COLLATE "C" AS id,
         uid
  FROM unnest($18::text[], $19::uuid[]) AS owners (id, uid)
),
newest AS (
  (
    SELECT *
    FROM addressee.messages
    WHERE $2::text = 'messages_in_order'
      AND environment_id = $1
      AND inserted_at >= $3
      AND inserted_at < $4
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE $2 = 'messages_of_tenant'
      AND environment_id = $1
      AND tenant = $6
      AND inserted_at >= $3
      AND inserted_at < $4
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE $2 = 'messages_of_workflow'
      AND environment_id = $1
      AND workflow = $8
      AND inserted_at >= $3
      AND inserted_at < $4
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE $2 = 'messages_of_run'
      AND environment_id = $1
      AND run_id = $12
      AND inserted_at >= $3
      AND inserted_at < $4
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE $2 = 'messages_of_topic'
      AND environment_id = $1
      AND topic = $16
      AND inserted_at >= $3
      AND inserted_at < $4
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE $2 = 'messages_among'
      AND environment_id = $1
      AND id = ANY($11::text[])
      AND inserted_at >= $3
      AND inserted_at < $4
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT page.*
    FROM sources
    CROSS JOIN LATERAL (
      SELECT *
      FROM addressee.messages AS messages
      WHERE $2 = 'messages_of_recipients'
        AND messages.environment_id = $1
        AND messages.inserted_at >= $3
        AND messages.inserted_at < $4
        -- part: in_source
      ORDER BY messages.inserted_at DESC, messages.id DESC
      LIMIT 10000
    ) AS page
    LIMIT 10000
  )
)
SELECT count(*)
FROM newest
WHERE filter_data @> $5
  AND ($6::text IS NULL OR tenant = $6)
  AND ($7::uuid[] IS NULL OR channel_id = ANY($7))
  AND ($8::text IS NULL OR workflow = $8)
  AND ($9::text[] IS NULL OR status = ANY($9))
  AND ($10::text[] IS NULL OR categories && $10)
  AND ($11::text[] IS NULL OR id = ANY($11))
  AND ($12::uuid IS NULL OR run_id = $12)
  AND (seen_at IS NOT NULL OR 'seen' <> ALL($13::text[]))
  AND (read_at IS NOT NULL OR 'read' <> ALL($13))
  AND (interacted_at IS NOT NULL OR 'interacted' <> ALL($13))
  AND (link_clicked_at IS NOT NULL OR 'link_clicked' <> ALL($13))
  AND (archived_at IS NOT NULL OR 'archived' <> ALL($13))
  AND (seen_at IS NULL OR 'unseen' <> ALL($13))
  AND (read_at IS NULL OR 'unread' <> ALL($13))
  AND (archived_at IS NULL OR 'unarchived' <> ALL($13))
  AND (
    $14::text[] IS NULL
    OR CASE
         WHEN coalesce(interacted_at, link_clicked_at) IS NOT NULL THEN 'interacted'
         WHEN dismissed_at IS NOT NULL THEN 'dismissed'
         WHEN seen_at IS NOT NULL THEN 'seen'
         ELSE status
       END = ANY($14)
    OR CASE WHEN read_at IS NULL THEN 'unread' ELSE 'read' END = ANY($14)
    OR (archived_at IS NOT NULL AND 'archived' = ANY($14))
  )
  AND (
    $15::boolean IS NULL
    OR $15 = EXISTS (
      SELECT
      FROM addressee.workflow_runs AS runs
      WHERE runs.environment_id = newest.environment_id
        AND runs.id = newest.run_id
        AND runs.source ->> 'type' = 'broadcast'
    )
  )
  AND ($16::text IS NULL OR topic = $16)
  AND ($17::text IS NULL OR collection = $17)
