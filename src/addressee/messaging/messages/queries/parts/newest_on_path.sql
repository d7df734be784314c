-- The newest 10,000 messages on an access path before a position. The limits are written out: a planner that does not
-- know them may read all messages.
newest AS (
  (
    SELECT *
    FROM addressee.messages
    WHERE :path::text = 'messages_in_order'
      AND environment_id = :environment_id
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE :path = 'messages_of_tenant'
      AND environment_id = :environment_id
      AND tenant = :tenant
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE :path = 'messages_of_workflow'
      AND environment_id = :environment_id
      AND workflow = :workflow
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE :path = 'messages_of_run'
      AND environment_id = :environment_id
      AND run_id = :run_id
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE :path = 'messages_of_topic'
      AND environment_id = :environment_id
      AND topic = :topic
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.messages
    WHERE :path = 'messages_among'
      AND environment_id = :environment_id
      AND id = ANY(:ids::text[])
      AND inserted_at >= :since
      AND (inserted_at, id) < (:start_at, :start_id)
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT page.*
    FROM sources
    CROSS JOIN LATERAL (
      SELECT *
      FROM addressee.messages AS messages
      WHERE :path = 'messages_of_recipients'
        AND messages.environment_id = :environment_id
        AND messages.inserted_at >= :since
        AND (messages.inserted_at, messages.id) < (:start_at, :start_id)
        -- part: in_source
      ORDER BY messages.inserted_at DESC, messages.id DESC
      LIMIT 10000
    ) AS page
    ORDER BY page.inserted_at DESC, page.id DESC
    LIMIT 10000
  )
),
