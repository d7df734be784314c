-- One tenant's messages past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_messages AS messages
  WHERE environment_id = $1
    AND tenant = $9
    -- part: message_filter
),
-- part: page_of_matching
