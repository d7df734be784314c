-- What events of messages say besides their types.
SELECT id,
       data
FROM addressee.message_events
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
  AND id = ANY(:event_ids::text[])
  AND data IS NOT NULL
