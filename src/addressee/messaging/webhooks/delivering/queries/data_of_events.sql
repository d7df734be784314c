-- What events of messages say besides their types.
SELECT id,
       data
FROM addressee.events_of_messages
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
  AND id = ANY(:event_ids::text[])
  AND data IS NOT NULL
