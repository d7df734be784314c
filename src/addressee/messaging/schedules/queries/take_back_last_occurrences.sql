-- Sets back when schedules last happened, for occurrences that were taken and could not start.
UPDATE addressee.schedules AS schedules
SET last_occurrence_at = failed.last,
    zone = failed.zone
FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
  AS failed (environment_id, id, recipient_id, last, zone)
WHERE schedules.environment_id = failed.environment_id
  AND schedules.id = failed.id
  AND schedules.recipient_id = failed.recipient_id
