-- The audiences of an environment that files define.
SELECT key,
       content
FROM addressee.audiences
WHERE environment_id = :environment_id
