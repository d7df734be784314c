-- How many items one recipient's feed has, whatever their status.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT coalesce(sum(counted.total), 0)::bigint AS total,
       coalesce(sum(counted.unread), 0)::bigint AS unread,
       coalesce(sum(counted.unseen), 0)::bigint AS unseen
FROM sources
CROSS JOIN LATERAL (
  SELECT count(*) AS total,
         count(*) FILTER (WHERE read_at IS NULL) AS unread,
         count(*) FILTER (WHERE seen_at IS NULL) AS unseen
  FROM addressee.messages AS messages
  WHERE environment_id = :environment_id
    AND inserted_at >= :since
    AND inserted_at < :until
    -- part: feed_filter
    -- part: in_source
) AS counted
