-- Stores changed schedules, unless one of them fell due or was changed meanwhile; `data` stays where it is null.
UPDATE addressee.schedules AS schedules
SET tenant = changed.tenant,
    actor = changed.actor,
    data = coalesce(:data, schedules.data),
    repeats = changed.repeats,
    scheduled_at = changed.scheduled_at,
    ending_at = changed.ending_at,
    ending_on = changed.ending_on,
    next_occurrence_at = changed.next_occurrence_at,
    updated_at = changed.updated_at
FROM unnest(
  :after.id::uuid[],
  :after.recipient.id::text[],
  :before.next_occurrence_at::timestamptz[],
  :before.updated_at::timestamptz[],
  :after.tenant::text[],
  :actors::jsonb[],
  :repeats::jsonb[],
  :after.timing.scheduled_at::timestamptz[],
  :after.timing.ending_at::timestamptz[],
  :after.next_occurrence_at::timestamptz[],
  :after.updated_at::timestamptz[],
  :after.timing.ending_on::date[]
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
WHERE schedules.environment_id = :environment_id
  AND schedules.id = changed.id
  AND schedules.recipient_id = changed.recipient_id
  AND schedules.next_occurrence_at IS NOT DISTINCT FROM changed.next_before
  AND schedules.updated_at = changed.updated_before
RETURNING schedules.id
