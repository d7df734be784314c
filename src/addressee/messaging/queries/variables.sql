-- The public variables of an environment.
SELECT document
FROM addressee.variables
WHERE environment_id = $1
