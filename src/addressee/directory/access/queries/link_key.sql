-- What the key of an environment's links is derived from, besides the master key.
SELECT uid, link_key_id
FROM addressee.environments
WHERE id = :environment_id
