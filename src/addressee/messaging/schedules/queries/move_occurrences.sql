-- Has schedules fall due at another time, unless they fell due or were changed meanwhile.
UPDATE addressee.schedules AS schedules
SET next_occurrence_at = moved.following
FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
  AS moved (environment_id, id, recipient_id, before, following)
WHERE schedules.environment_id = moved.environment_id
  AND schedules.id = moved.id
  AND schedules.recipient_id = moved.recipient_id
  AND schedules.next_occurrence_at = moved.before
