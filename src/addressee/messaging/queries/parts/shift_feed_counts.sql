-- Moves the stored counts of feeds by `shifts`: items as they were, with a `sign` of -1, and as they are, with 1. The heads
-- say which items were counted, and are held until the commit, in one order: nobody counts meanwhile.
net_shifts AS (
  SELECT shifts.recipient_id,
         shifts.uid,
         shifts.channel_id,
         shifts.archived_at IS NOT NULL AS archived,
         shifts.workflow,
         shifts.categories,
         shifts.tenant,
         shifts.inserted_at,
         sum(sign) AS total,
         coalesce(sum(sign) FILTER (WHERE shifts.read_at IS NULL), 0) AS unread,
         coalesce(sum(sign) FILTER (WHERE shifts.seen_at IS NULL), 0) AS unseen
  FROM shifts
  JOIN addressee.channels AS channels
    ON channels.environment_id = :environment_id
   AND channels.id = shifts.channel_id
   AND channels.type = 'in_app_feed'
  WHERE shifts.status = 'delivered'
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  HAVING sum(sign) <> 0
      OR sum(sign) FILTER (WHERE shifts.read_at IS NULL) <> 0
      OR sum(sign) FILTER (WHERE shifts.seen_at IS NULL) <> 0
),
held_heads AS (
  INSERT INTO addressee.message_heads AS heads (environment_id, recipient_id, uid, position)
  SELECT :environment_id,
         recipient_id,
         uid,
         0
  FROM net_shifts
  GROUP BY recipient_id, uid
  ORDER BY recipient_id COLLATE "C", uid
  ON CONFLICT (environment_id, recipient_id, uid) DO UPDATE
  SET position = heads.position
  RETURNING recipient_id,
            uid,
            counted_to
),
shifted_counts AS (
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
         recipient_id,
         uid,
         channel_id,
         archived,
         workflow,
         categories,
         tenant,
         sum(total),
         sum(unread),
         sum(unseen)
  FROM net_shifts
  JOIN held_heads USING (recipient_id, uid)
  WHERE inserted_at <= counted_to
  GROUP BY recipient_id, uid, channel_id, archived, workflow, categories, tenant
  -- part: add_to_feed_counts
)
