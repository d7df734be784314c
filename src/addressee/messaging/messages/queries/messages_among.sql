-- Of some messages those before or after a position, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_messages AS messages
  WHERE environment_id = :environment_id
    AND id = ANY(:ids::text[])
    -- part: message_filter
),
-- part: page_of_matching
