-- Stores what schedules are now, unless one of them fell due or was changed meanwhile; data (null) may stay.
UPDATE addressee.schedules AS schedules
SET tenant = changed.tenant,
    actor = changed.actor,
    data = coalesce($13, schedules.data),
    repeats = changed.repeats,
    scheduled_at = changed.scheduled_at,
    ending_at = changed.ending_at,
    ending_on = changed.ending_on,
    next_occurrence_at = changed.next_occurrence_at,
    updated_at = changed.updated_at
FROM unnest(
  $2::uuid[],
  $3::text[],
  $4::timestamptz[],
  $5::timestamptz[],
  $6::text[],
  $7::jsonb[],
  $8::jsonb[],
  $9::timestamptz[],
  $10::timestamptz[],
  $11::timestamptz[],
  $12::timestamptz[],
  $14::date[]
) AS changed (
  id,
  recipient_id,
  next_before,
  updated_before,
  tenant,
  actor,
  repeats,
  scheduled_at,
  ending_at,
  next_occurrence_at,
  updated_at,
  ending_on
)
WHERE schedules.environment_id = $1
  AND schedules.id = changed.id
  AND schedules.recipient_id = changed.recipient_id
  AND schedules.next_occurrence_at IS NOT DISTINCT FROM changed.next_before
  AND schedules.updated_at = changed.updated_before
RETURNING schedules.id
