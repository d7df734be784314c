-- The secrets of an environment, by name.
SELECT name,
       sealed,
       updated_at
FROM addressee.secrets
WHERE environment_id = :environment_id
ORDER BY name
