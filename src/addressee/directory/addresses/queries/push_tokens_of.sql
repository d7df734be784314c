-- The push tokens among these that an identity owns.
SELECT digest
FROM addressee.push_tokens
WHERE environment_id = :environment_id
  AND digest = ANY(:digests::bytea[])
  AND uid = :uid
