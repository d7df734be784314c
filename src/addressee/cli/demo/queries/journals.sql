-- The journals of an environment's runs, those that were triggered first before others.
SELECT journal
FROM addressee.recipient_runs
WHERE environment_id = :environment_id
ORDER BY inserted_at, id
