-- One identity's schedules before or after one of them, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.schedules
  WHERE environment_id = :environment_id
    AND recipient_id = :recipient_id
    AND uid = :uid
    AND (:tenant::text IS NULL OR tenant = :tenant)
    AND (:workflow::text IS NULL OR workflow = :workflow)
),
-- part: page_of_schedules
