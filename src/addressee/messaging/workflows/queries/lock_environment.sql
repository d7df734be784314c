-- Lets one push at a time change an environment.
SELECT
FROM addressee.environments
WHERE id = $1
FOR UPDATE
