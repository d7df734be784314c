-- Takes due occurrences that no other worker took, and returns their schedules.
UPDATE addressee.schedules AS schedules
SET next_occurrence_at = due.following,
    last_occurrence_at = due.occurrence,
    zone = due.zone
FROM unnest(
  :schedules.environment_id::smallint[],
  :schedules.id::uuid[],
  :schedules.recipient_id::text[],
  :schedules.next_occurrence_at::timestamptz[],
  :occurrences.at::timestamptz[],
  :occurrences.zone::text[],
  :occurrences.following::timestamptz[]
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
