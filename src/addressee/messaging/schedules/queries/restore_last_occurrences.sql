-- Restores the last occurrences of schedules whose taken occurrence could not start.
UPDATE addressee.schedules AS schedules
SET last_occurrence_at = before.last,
    zone = before.zone
FROM unnest(
  :schedules.environment_id::smallint[],
  :schedules.id::uuid[],
  :schedules.recipient_id::text[],
  :schedules.last_occurrence_at::timestamptz[],
  :schedules.zone::text[]
) AS before (environment_id, id, recipient_id, last, zone)
WHERE schedules.environment_id = before.environment_id
  AND schedules.id = before.id
  AND schedules.recipient_id = before.recipient_id
