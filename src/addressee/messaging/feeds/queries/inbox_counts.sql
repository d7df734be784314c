-- How many items one recipient's inbox has, by what their filters ask for, and how many came after its bell was reset: what is
-- stored, and what is not, counted. `looked_at` says how many messages were counted; those of no inbox have no workflow.
WITH RECURSIVE
-- part: sources
-- part: counted_sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
),
-- Before the bell was ever reset, all items are new.
since AS (
  SELECT counted.*,
         coalesce(counted.counted_to, '-infinity') AS stored_to,
         bells.reset_at
  FROM counted
  LEFT JOIN addressee.feed_bells AS bells
    ON bells.environment_id = :environment_id
   AND bells.recipient_id = :recipient_id
   AND bells.uid = :uid
   AND bells.channel_id = :channel_id
   AND bells.tenant = :tenant
)
SELECT counts.workflow,
       counts.category,
       counts.is_archived,
       sum(counts.total)::bigint AS total,
       sum(counts.unread)::bigint AS unread,
       sum(counts.fresh)::bigint AS fresh,
       sum(counts.looked_at)::bigint AS looked_at
FROM since AS sources
CROSS JOIN LATERAL (
  SELECT workflow,
         category,
         is_archived,
         count(*) FILTER (WHERE workflow IS NOT NULL AND is_uncounted) AS total,
         count(*) FILTER (WHERE workflow IS NOT NULL AND is_uncounted AND read_at IS NULL) AS unread,
         count(*) FILTER (WHERE workflow IS NOT NULL AND is_fresh) AS fresh,
         count(*) FILTER (WHERE is_uncounted) AS looked_at
  FROM (
    SELECT CASE WHEN fits THEN messages.workflow END AS workflow,
           CASE WHEN fits THEN messages.categories[1] END AS category,
           fits AND messages.archived_at IS NOT NULL AS is_archived,
           messages.inserted_at > sources.stored_to AS is_uncounted,
           messages.inserted_at > coalesce(sources.reset_at, '-infinity') AS is_fresh,
           messages.read_at
    FROM (
      SELECT *,
             status = 'delivered'
             -- part: inbox_filter
             AS fits
      FROM addressee.messages AS messages
      WHERE environment_id = :environment_id
        AND inserted_at > least(sources.stored_to, sources.reset_at)
        -- part: in_source
    ) AS messages
  ) AS messages
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT workflow,
         categories[1],
         archived,
         sum(counts.total),
         sum(counts.unread),
         CASE WHEN sources.reset_at IS NULL THEN sum(counts.total) ELSE 0 END,
         0
  FROM addressee.feed_counts AS counts
  WHERE sources.counted_to IS NOT NULL
    AND environment_id = :environment_id
    AND recipient_id = sources.id
    AND uid = sources.uid
    -- part: inbox_filter
  GROUP BY 1, 2, 3
) AS counts
GROUP BY 1, 2, 3
