-- The recipients' runs of one trigger before or after a position, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = :environment_id
    AND run_id = :run_id
    -- part: run_filter
),
-- part: page_of_matching
