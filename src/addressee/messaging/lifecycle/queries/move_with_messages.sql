-- Moves what happened to messages, what is sent of them and what was said to providers along with them.
WITH sends AS (
  UPDATE addressee.sends
  SET recipient_id = :target_id,
      uid = :target_uid
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND message_id = ANY(:message_ids::text[])
),
logs AS (
  UPDATE addressee.delivery_logs
  SET recipient_id = :target_id,
      uid = :target_uid
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND message_id = ANY(:message_ids::text[])
)
UPDATE addressee.message_events
SET recipient_id = :target_id,
    uid = :target_uid
WHERE environment_id = :environment_id
  AND recipient_id = :source_id
  AND message_id = ANY(:message_ids::text[])
