-- Marks messages of recipients that exist; with `uids`, only of these identities. Returns those that changed: an
-- interaction changes a message again when its `metadata` differs from that of the last one.
WITH before AS (
  SELECT messages.id,
         -- part: counted_columns
  FROM addressee.messages AS messages
  WHERE messages.environment_id = :environment_id
    AND messages.id = ANY(:ids::text[])
    AND EXISTS (
      SELECT
      FROM addressee.present_messages AS present
      WHERE present.environment_id = messages.environment_id
        AND present.id = messages.id
        AND present.recipient_id = messages.recipient_id
    )
    -- part: not_retained
    AND (
      :uids::uuid[] IS NULL
      -- What comes back from a merge that was undone is marked by whose it is again.
      OR coalesce(
           (
             SELECT merges.secondary_uid
             FROM addressee.merges AS merges
             WHERE merges.environment_id = messages.environment_id
               AND merges.id = messages.merge_ids[cardinality(messages.merge_ids)]
               AND merges.undone_at IS NOT NULL
           ),
           messages.uid
         ) = ANY(:uids)
    )
    AND CASE :mark
          WHEN 'seen' THEN messages.seen_at IS NULL
          WHEN 'unseen' THEN messages.seen_at IS NOT NULL
          WHEN 'read' THEN messages.read_at IS NULL
          WHEN 'unread' THEN messages.read_at IS NOT NULL
          WHEN 'archived' THEN messages.archived_at IS NULL
          WHEN 'unarchived' THEN messages.archived_at IS NOT NULL
          WHEN 'dismissed' THEN messages.dismissed_at IS NULL
          WHEN 'link_clicked' THEN messages.link_clicked_at IS NULL
          WHEN 'interacted' THEN messages.interacted_at IS NULL
                              OR messages.read_at IS NULL
                              OR (
                                :metadata::jsonb IS NOT NULL
                                AND :metadata IS DISTINCT FROM (
                                  SELECT events.data
                                  FROM addressee.events_of_messages AS events
                                  WHERE events.environment_id = messages.environment_id
                                    AND events.message_id = messages.id
                                    AND events.recipient_id = messages.recipient_id
                                    AND events.type = 'message.interacted'
                                  ORDER BY events.id DESC
                                  LIMIT 1
                                )
                              )
        END
  ORDER BY messages.id
  FOR UPDATE OF messages
),
marked AS (
  UPDATE addressee.messages AS messages
  SET seen_at = CASE :mark::text WHEN 'seen' THEN :now WHEN 'unseen' THEN NULL ELSE messages.seen_at END,
      read_at = CASE :mark
                  WHEN 'read' THEN :now
                  WHEN 'unread' THEN NULL
                  WHEN 'interacted' THEN coalesce(messages.read_at, :now)
                  ELSE messages.read_at
                END,
      archived_at = CASE :mark WHEN 'archived' THEN :now WHEN 'unarchived' THEN NULL ELSE messages.archived_at END,
      dismissed_at = CASE :mark WHEN 'dismissed' THEN :now ELSE messages.dismissed_at END,
      interacted_at = CASE :mark WHEN 'interacted' THEN :now ELSE messages.interacted_at END,
      link_clicked_at = CASE :mark WHEN 'link_clicked' THEN :now ELSE messages.link_clicked_at END,
      updated_at = :now
  FROM before
  WHERE messages.environment_id = :environment_id
    AND messages.id = before.id
    AND messages.recipient_id = before.recipient_id
  RETURNING messages.id,
            messages.collection,
            -- part: counted_columns
),
shifts AS (
  SELECT -1 AS sign,
         -- part: counted_columns
  FROM before AS messages
  UNION ALL
  SELECT 1,
         -- part: counted_columns
  FROM marked AS messages
),
-- part: shift_feed_counts
SELECT id,
       channel_id,
       collection,
       recipient_id,
       uid
FROM marked
