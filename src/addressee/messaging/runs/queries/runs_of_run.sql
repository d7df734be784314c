-- The recipients' runs of one trigger past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = $1
    AND run_id = $13
    -- part: run_filter
),
-- part: page_of_matching
