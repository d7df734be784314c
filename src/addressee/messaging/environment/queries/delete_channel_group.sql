-- Deletes a group of channels, and says whether there was one.
DELETE FROM addressee.channel_groups
WHERE environment_id = :environment_id
  AND key = :key
RETURNING key
