-- Gives messages of one identity to another; `merge_id` is the merge that they follow, or (`undone`) come back from.
WITH moved AS (
  UPDATE addressee.messages AS messages
  SET recipient_id = :target_id,
      uid = :target_uid,
      merge_ids = CASE WHEN :undone::boolean THEN trim_array(merge_ids, 1) ELSE array_append(merge_ids, :merge_id::uuid) END
  WHERE environment_id = :environment_id
    -- No `recipient_id`: to the planner an index that begins with it may seem better than looking each message up.
    AND uid = :source_uid
    AND id = ANY(:message_ids::text[])
  RETURNING
    -- part: counted_columns
),
shifts AS (
  SELECT owners.sign,
         owners.recipient_id,
         owners.uid,
         moved.channel_id,
         moved.workflow,
         moved.categories,
         moved.tenant,
         moved.status,
         moved.inserted_at,
         moved.archived_at,
         moved.read_at,
         moved.seen_at
  FROM moved
  CROSS JOIN (
    VALUES (-1, :source_id, :source_uid),
           (1, :target_id, :target_uid)
  ) AS owners (sign, recipient_id, uid)
),
-- part: shift_feed_counts
SELECT count(*)
FROM moved
