-- Keeps others from adding endpoints to an environment until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('webhook_endpoints', :environment_id))
