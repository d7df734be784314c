-- The environment of a name.
SELECT id
FROM addressee.environments
WHERE name = :name
