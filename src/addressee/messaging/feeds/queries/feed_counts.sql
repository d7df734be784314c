-- How many items one recipient's feed has, whatever their status: what is stored (`has_stored`: the filter allows it), and
-- what is not, counted. `looked_at` says how many messages were counted.
WITH RECURSIVE
-- part: sources
-- part: counted_sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT coalesce(sum(counts.total), 0)::bigint AS total,
       coalesce(sum(counts.unread), 0)::bigint AS unread,
       coalesce(sum(counts.unseen), 0)::bigint AS unseen,
       coalesce(sum(counts.looked_at), 0)::bigint AS looked_at
FROM counted AS sources
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE fits) AS total,
         count(*) FILTER (WHERE fits AND read_at IS NULL) AS unread,
         count(*) FILTER (WHERE fits AND seen_at IS NULL) AS unseen,
         count(*) AS looked_at
  FROM (
    SELECT read_at,
           seen_at,
           true
           -- part: feed_filter
           AS fits
    FROM addressee.messages AS messages
    WHERE environment_id = :environment_id
      AND inserted_at >= greatest(:since, sources.counted_to + interval '1 microsecond')
      AND inserted_at < :until
      -- part: in_source
    OFFSET 0
  ) AS messages
  UNION ALL
  SELECT sum(total),
         sum(unread),
         sum(unseen),
         0
  FROM addressee.feed_counts
  WHERE sources.counted_to IS NOT NULL
    AND environment_id = :environment_id
    AND recipient_id = sources.id
    AND uid = sources.uid
    AND (:archived = 'include' OR archived = (:archived = 'only'))
    -- part: kind_filter
) AS counts
