-- Deletes schedules whose recipients are gone.
DELETE FROM addressee.schedules AS schedules
USING unnest($1::smallint[], $2::uuid[], $3::text[]) AS ownerless (environment_id, id, recipient_id)
WHERE schedules.environment_id = ownerless.environment_id
  AND schedules.id = ownerless.id
  AND schedules.recipient_id = ownerless.recipient_id
