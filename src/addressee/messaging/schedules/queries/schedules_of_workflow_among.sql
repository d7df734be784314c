-- Some recipients' schedules of a workflow before or after one of them, newest first.
WITH matching AS (
  SELECT schedules.*
  FROM (
    SELECT DISTINCT collection,
           id
    FROM unnest(:recipients.collection::text[], :recipients.id::text[]) AS named (collection, id)
  ) AS among
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = :environment_id
   AND recipients.collection = among.collection
   AND recipients.id = among.id
   AND recipients.deleted_at IS NULL
  JOIN addressee.schedules AS schedules
    ON schedules.environment_id = recipients.environment_id
   AND schedules.recipient_id = recipients.id
   AND schedules.uid = recipients.uid
  WHERE schedules.workflow = :workflow
    AND (:tenant::text IS NULL OR schedules.tenant = :tenant)
),
-- part: page_of_schedules
