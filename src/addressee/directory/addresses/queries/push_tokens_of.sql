-- Which of these push tokens are somebody's.
SELECT digest
FROM addressee.push_tokens
WHERE environment_id = :environment_id
  AND digest = ANY(:digests::bytea[])
  AND uid = :uid
