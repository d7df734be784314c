-- Which workflows of an environment are switched on.
SELECT key, active
FROM addressee.workflows
WHERE environment_id = :environment_id
ORDER BY key
