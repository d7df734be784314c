-- Runs of some identities, and of one place when nobody lived there, before or after a position, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.recipient_runs
  WHERE environment_id = :environment_id
    AND collection = :owner_collection
    AND recipient_id = ANY(:owner_ids::text[])
    AND (uid = ANY(:owner_uids::uuid[]) OR (uid IS NULL AND recipient_id = :owner_id))
    -- part: run_filter
),
-- part: page_of_matching
