-- Which of these push tokens are somebody's.
SELECT digest
FROM addressee.push_tokens
WHERE environment_id = $1
  AND digest = ANY($2::bytea[])
  AND uid = $3
