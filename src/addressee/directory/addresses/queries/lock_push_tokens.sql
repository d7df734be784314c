-- Push tokens, whose rows are locked until the transaction ends.
SELECT tokens.digest
FROM unnest(:claims.environment_id::smallint[], :claims.digest::bytea[]) AS named (environment_id, digest)
JOIN addressee.push_tokens AS tokens
  ON tokens.environment_id = named.environment_id
 AND tokens.digest = named.digest
ORDER BY tokens.environment_id, tokens.digest
FOR UPDATE OF tokens
