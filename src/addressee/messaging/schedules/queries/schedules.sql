-- Schedules by id, of recipients that exist.
SELECT schedules.*
FROM addressee.schedules AS schedules
JOIN addressee.recipients AS recipients
  ON recipients.environment_id = schedules.environment_id
 AND recipients.collection = schedules.collection
 AND recipients.id = schedules.recipient_id
 AND recipients.uid = schedules.uid
 AND recipients.deleted_at IS NULL
WHERE schedules.environment_id = :environment_id
  AND schedules.id = ANY(:ids::uuid[])
