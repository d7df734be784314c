-- The events that a message is born with are stored with it: a list of objects with `id`, `type`, and `data` where there
-- is any. Those that the version before stored are rows of message_events, as all later ones are. The view of present
-- messages does not have the columns: who reads messages needs no events.
ALTER TABLE addressee.messages
ADD COLUMN first_events jsonb,
ADD COLUMN first_events_at timestamptz;

-- All events of messages.
CREATE VIEW addressee.events_of_messages AS
SELECT environment_id,
       message_id,
       id,
       collection,
       recipient_id,
       uid,
       type,
       data,
       inserted_at
FROM addressee.message_events
UNION ALL
SELECT messages.environment_id,
       messages.id,
       events.id COLLATE "C",
       messages.collection,
       messages.recipient_id,
       messages.uid,
       events.type,
       events.data,
       messages.first_events_at
FROM addressee.messages AS messages
CROSS JOIN LATERAL jsonb_to_recordset(messages.first_events) AS events (id text, type text, data jsonb);
