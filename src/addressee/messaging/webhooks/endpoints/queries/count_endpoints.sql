-- How many endpoints an environment has.
SELECT count(*)
FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
