-- All channels of an environment, without their secrets.
SELECT id,
       key,
       name,
       type,
       provider,
       settings,
       created_at,
       updated_at,
       failover
FROM addressee.channels
WHERE environment_id = :environment_id
ORDER BY key
