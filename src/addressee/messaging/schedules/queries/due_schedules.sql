-- Schedules that are due, the longest due first, each with its recipient's time zone if that still exists.
-- part: schedule_times
       recipients.uid IS NOT NULL AS lives,
       recipients.attributes ->> 'timezone' AS timezone
FROM addressee.schedules AS schedules
LEFT JOIN addressee.recipients AS recipients
  ON recipients.environment_id = schedules.environment_id
 AND recipients.collection = schedules.collection
 AND recipients.id = schedules.recipient_id
 AND recipients.uid = schedules.uid
 AND recipients.deleted_at IS NULL
WHERE schedules.next_occurrence_at <= :now
ORDER BY schedules.next_occurrence_at,
         schedules.environment_id,
         schedules.id
LIMIT :limit
