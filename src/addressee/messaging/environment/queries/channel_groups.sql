-- Groups of channels by key: those of an environment, or the one that has a key.
SELECT key,
       content,
       created_at,
       updated_at
FROM addressee.channel_groups
WHERE environment_id = :environment_id
  AND (:key::text IS NULL OR key = :key)
ORDER BY key
