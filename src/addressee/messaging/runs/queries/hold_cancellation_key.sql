-- Holds a cancellation key until the transaction ends: waits for triggers under it, and has those to come wait.
SELECT pg_advisory_xact_lock(
  hashtextextended(concat_ws('/', :environment_id::smallint, :workflow::text, :cancellation_key::text), 0)
)
