-- The channels with this id, in all environments: the secret that a provider calls with says which one is meant.
SELECT environment_id,
       id,
       type,
       provider,
       settings,
       sealed_secrets
FROM addressee.channels
WHERE id = :id
