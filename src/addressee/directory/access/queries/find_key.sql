-- A valid key of one of these kinds, with its environment.
SELECT keys.id AS key_id,
       keys.kind,
       keys.sealed_secret,
       environments.id,
       environments.uid,
       environments.name,
       environments.settings
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
WHERE keys.kind = ANY(:kinds::text[])
  AND keys.hash = :hash
  AND keys.revoked_at IS NULL
