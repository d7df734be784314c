-- Recipients' schedules that repeat, past one of them, each with the recipient's time zone now.
-- part: schedule_times
       recipients.attributes ->> 'timezone' AS timezone
FROM unnest(
  :places.environment_id::smallint[],
  :places.collection::text[],
  :places.id::text[]
) AS places (environment_id, collection, id)
JOIN addressee.recipients AS recipients
  ON recipients.environment_id = places.environment_id
 AND recipients.collection = places.collection
 AND recipients.id = places.id
 AND recipients.deleted_at IS NULL
JOIN addressee.schedules AS schedules
  ON schedules.environment_id = recipients.environment_id
 AND schedules.recipient_id = recipients.id
 AND schedules.uid = recipients.uid
WHERE schedules.id > :after
  AND schedules.next_occurrence_at IS NOT NULL
  AND schedules.repeats <> '[]'
ORDER BY schedules.id
LIMIT :limit
