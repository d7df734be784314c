-- Empties what events of messages tell in the words of providers, which may repeat an address.
UPDATE addressee.message_events
SET data = data || '{"failure_details": ""}'
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
  AND data ? 'failure_details'
