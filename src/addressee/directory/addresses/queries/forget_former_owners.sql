-- Clears the former owners of push tokens, once their transfer is recorded.
UPDATE addressee.push_tokens AS tokens
SET former_collection = NULL,
    former_id = NULL,
    former_uid = NULL
FROM unnest(:claims.environment_id::smallint[], :claims.digest::bytea[]) AS taken (environment_id, digest)
WHERE tokens.environment_id = taken.environment_id
  AND tokens.digest = taken.digest
