-- One recipient's feed before or after a position, newest first.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
),
matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = :environment_id
    -- part: feed_filter
    AND CASE :status::text
          WHEN 'all' THEN true
          WHEN 'unread' THEN read_at IS NULL
          WHEN 'read' THEN read_at IS NOT NULL
          WHEN 'unseen' THEN seen_at IS NULL
          WHEN 'seen' THEN seen_at IS NOT NULL
          WHEN 'seen_unread' THEN seen_at IS NOT NULL AND read_at IS NULL
        END
),
-- part: page_of_sources
