-- Adds the next of an identity's messages to the stored counts of its feeds, and says how many they were. The head is held.
WITH head AS (
  SELECT coalesce(counted_to, '-infinity') AS counted_to
  FROM addressee.message_heads
  WHERE environment_id = :environment_id
    AND recipient_id = :recipient_id
    AND uid = :uid
),
page AS (
  SELECT
    -- part: counted_columns
  FROM addressee.messages AS messages
  WHERE environment_id = :environment_id
    AND recipient_id = :recipient_id
    AND uid = :uid
    AND inserted_at > (SELECT counted_to FROM head)
  ORDER BY inserted_at
  FETCH FIRST (:limit) ROWS WITH TIES
),
reached AS (
  UPDATE addressee.message_heads AS heads
  SET counted_to = newest.inserted_at,
      position = greatest(heads.position, ceil(extract(epoch FROM newest.inserted_at) * 1000)::bigint)
  FROM (SELECT max(inserted_at) AS inserted_at FROM page) AS newest
  WHERE heads.environment_id = :environment_id
    AND heads.recipient_id = :recipient_id
    AND heads.uid = :uid
    AND newest.inserted_at IS NOT NULL
),
stored AS (
  INSERT INTO addressee.feed_counts AS counts (
    environment_id,
    recipient_id,
    uid,
    channel_id,
    archived,
    workflow,
    categories,
    tenant,
    total,
    unread,
    unseen
  )
  SELECT :environment_id,
         :recipient_id,
         :uid,
         page.channel_id,
         page.archived_at IS NOT NULL,
         page.workflow,
         page.categories,
         page.tenant,
         count(*),
         count(*) FILTER (WHERE page.read_at IS NULL),
         count(*) FILTER (WHERE page.seen_at IS NULL)
  FROM page
  JOIN addressee.channels AS channels
    ON channels.environment_id = :environment_id
   AND channels.id = page.channel_id
   AND channels.type = 'in_app_feed'
  WHERE page.status = 'delivered'
  GROUP BY page.channel_id, page.archived_at IS NOT NULL, page.workflow, page.categories, page.tenant
  -- part: add_to_feed_counts
)
SELECT count(*)
FROM page
