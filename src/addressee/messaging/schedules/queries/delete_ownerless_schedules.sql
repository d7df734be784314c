-- Deletes schedules whose recipients are gone.
DELETE FROM addressee.schedules AS schedules
USING unnest(
  :schedules.environment_id::smallint[],
  :schedules.id::uuid[],
  :schedules.recipient_id::text[]
) AS ownerless (environment_id, id, recipient_id)
WHERE schedules.environment_id = ownerless.environment_id
  AND schedules.id = ownerless.id
  AND schedules.recipient_id = ownerless.recipient_id
