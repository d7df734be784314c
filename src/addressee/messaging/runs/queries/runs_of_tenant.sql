-- One tenant's runs past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = $1
    AND tenant = $10
    -- part: run_filter
),
-- part: page_of_matching
