-- Empties what events of messages tell in the words of providers, which may repeat an address.
WITH messages AS (
  UPDATE addressee.messages AS messages
  SET first_events = (
        SELECT jsonb_agg(
                 CASE
                   WHEN event -> 'data' ? 'failure_details' THEN jsonb_set(event, '{data,failure_details}', '""')
                   ELSE event
                 END
                 ORDER BY place
               )
        FROM jsonb_array_elements(messages.first_events) WITH ORDINALITY AS events (event, place)
      )
  WHERE environment_id = :environment_id
    AND id = ANY(:message_ids::text[])
    AND first_events @? '$[*].data.failure_details'
)
UPDATE addressee.message_events
SET data = data || '{"failure_details": ""}'
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
  AND data ? 'failure_details'
