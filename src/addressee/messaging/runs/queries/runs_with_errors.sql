-- Runs in which something failed before or after a position, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = :environment_id
    AND error_count > 0
    -- part: run_filter
),
-- part: page_of_matching
