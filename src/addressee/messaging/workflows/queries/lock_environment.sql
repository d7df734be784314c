-- Lets one deployment at a time change an environment.
SELECT
FROM addressee.environments
WHERE id = :environment_id
FOR UPDATE
