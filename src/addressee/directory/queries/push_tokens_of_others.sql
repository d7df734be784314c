-- Which of these push tokens belong to somebody else.
SELECT digest
FROM addressee.push_tokens
WHERE environment_id = $1
  AND digest = ANY($2::bytea[])
  AND uid <> $3
