-- A workflow's schedules before or after one of them, of recipients that exist, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.schedules
  WHERE environment_id = :environment_id
    AND workflow = :workflow
    AND (:tenant::text IS NULL OR tenant = :tenant)
    -- Looked up for each row that is reached; joined, both tables would be read whole to answer one page.
    AND (
      SELECT recipients.deleted_at IS NULL
      FROM addressee.recipients AS recipients
      WHERE recipients.environment_id = schedules.environment_id
        AND recipients.collection = schedules.collection
        AND recipients.id = schedules.recipient_id
        AND recipients.uid = schedules.uid
    )
),
-- part: page_of_schedules
