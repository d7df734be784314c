-- How many items one recipient's feed has, whatever their status.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT $2::text COLLATE "C" AS id,
         $3::uuid AS uid
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
  WHERE environment_id = $1
    AND inserted_at >= $4
    AND inserted_at < $5
    AND filter_data @> $6
    AND channel_id = $7
    AND status = 'delivered'
    AND ($8 = 'include' OR (archived_at IS NOT NULL) = ($8 = 'only'))
    AND ($9::text IS NULL OR tenant = $9 OR tenant IS NULL)
    AND ($10::boolean IS NULL OR (tenant IS NOT NULL) = $10)
    AND ($11::text IS NULL OR workflow = $11)
    AND ($12::text[] IS NULL OR categories && $12)
    AND ($13::text IS NULL OR topic = $13)
    -- part: in_source
) AS counted
