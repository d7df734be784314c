-- Runs of some identities, and of one place ($19) when nobody lived there, past a position ($2: towards older ones).
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.recipient_runs
  WHERE environment_id = $1
    AND collection = $16
    AND recipient_id = ANY($17::text[])
    AND (uid = ANY($18::uuid[]) OR (uid IS NULL AND recipient_id = $19))
    -- part: run_filter
),
-- part: page_of_matching
