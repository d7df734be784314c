-- Sets the next occurrences of schedules, unless they fell due or were changed meanwhile.
UPDATE addressee.schedules AS schedules
SET next_occurrence_at = moves.following
FROM unnest(
  :schedules.environment_id::smallint[],
  :schedules.id::uuid[],
  :schedules.recipient_id::text[],
  :schedules.next_occurrence_at::timestamptz[],
  :following::timestamptz[]
) AS moves (environment_id, id, recipient_id, before, following)
WHERE schedules.environment_id = moves.environment_id
  AND schedules.id = moves.id
  AND schedules.recipient_id = moves.recipient_id
  AND schedules.next_occurrence_at = moves.before
