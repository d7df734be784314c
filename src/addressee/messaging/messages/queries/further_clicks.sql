-- Returns those clicks, on links of messages of which one was clicked before, that no event tells of yet. No message is
-- born clicked: the events are rows, and the view of all events would be read whole here.
SELECT messages.id,
       messages.collection,
       messages.recipient_id,
       messages.uid,
       clicks.url
FROM unnest(:clicks.message_id::text[], :clicks.url::text[]) AS clicks (message_id, url)
JOIN addressee.messages AS messages
  ON messages.environment_id = :environment_id
 AND messages.id = clicks.message_id
WHERE messages.link_clicked_at IS NOT NULL
  AND EXISTS (
    SELECT
    FROM addressee.present_messages AS present
    WHERE present.environment_id = messages.environment_id
      AND present.id = messages.id
      AND present.recipient_id = messages.recipient_id
  )
  -- part: not_retained
  AND NOT EXISTS (
    SELECT
    FROM addressee.message_events AS events
    WHERE events.environment_id = messages.environment_id
      AND events.message_id = messages.id
      AND events.recipient_id = messages.recipient_id
      AND events.type = 'message.link_clicked'
      AND events.data ->> 'url' = clicks.url
  )
  AND (
    SELECT count(*)
    FROM addressee.message_events AS events
    WHERE events.environment_id = messages.environment_id
      AND events.message_id = messages.id
      AND events.recipient_id = messages.recipient_id
      AND events.type = 'message.link_clicked'
  ) < :limit
ORDER BY messages.id,
         clicks.url
