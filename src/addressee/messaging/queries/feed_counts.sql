-- How many items one identity's feed has, whatever their status.
SELECT count(*) AS total,
       count(*) FILTER (WHERE read_at IS NULL) AS unread,
       count(*) FILTER (WHERE seen_at IS NULL) AS unseen
FROM addressee.messages
WHERE environment_id = $1
  AND recipient_id = $2
  AND uid = $3
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
