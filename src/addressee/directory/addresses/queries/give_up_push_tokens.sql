-- Deletes the ownership of push tokens that their owners have removed.
DELETE FROM addressee.push_tokens AS tokens
USING unnest(:claims.environment_id::smallint[], :claims.digest::bytea[], :claims.uid::uuid[])
  AS given_up (environment_id, digest, uid)
WHERE tokens.environment_id = given_up.environment_id
  AND tokens.digest = given_up.digest
  AND tokens.uid = given_up.uid
