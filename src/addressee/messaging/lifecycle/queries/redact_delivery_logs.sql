-- Empties what logs of messages tell of addresses: where requests went, and what providers answered in words.
UPDATE addressee.delivery_logs
SET request = request || '{"path": "", "body": {}}',
    response = response || '{"body": ""}'
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
