-- Takes due occurrences that no other worker took, and says what they start.
UPDATE addressee.schedules AS schedules
SET next_occurrence_at = due.following,
    last_occurrence_at = due.occurrence,
    zone = due.zone
FROM unnest(
  $1::smallint[],
  $2::uuid[],
  $3::text[],
  $4::timestamptz[],
  $5::timestamptz[],
  $6::text[],
  $7::timestamptz[]
) AS due (environment_id, id, recipient_id, at, occurrence, zone, following)
WHERE schedules.environment_id = due.environment_id
  AND schedules.id = due.id
  AND schedules.recipient_id = due.recipient_id
  AND schedules.next_occurrence_at = due.at
RETURNING schedules.environment_id,
          schedules.id,
          schedules.collection,
          schedules.recipient_id,
          schedules.uid,
          schedules.workflow,
          schedules.tenant,
          schedules.actor,
          schedules.data
