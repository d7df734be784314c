-- One topic's runs before or after a position, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = :environment_id
    AND topic = :topic
    -- part: run_filter
),
-- part: page_of_matching
