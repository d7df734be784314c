-- What the messages of signals were made for.
SELECT id AS message_id,
       step_ref,
       workflow AS source_key,
       recipient_run_id::text AS recipient_run_id,
       channel_id::text AS channel_id,
       tenant
FROM addressee.messages
WHERE environment_id = :environment_id
  AND id = ANY(:message_ids::text[])
