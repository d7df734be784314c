-- The environment of a name.
SELECT id
FROM addressee.environments
WHERE name = $1
