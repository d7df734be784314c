-- Gives push tokens that have no owner to new owners, and returns the tokens that were given.
INSERT INTO addressee.push_tokens (environment_id, digest, collection, recipient_id, uid)
SELECT environment_id, digest, collection, recipient_id, uid
FROM unnest(
  :claims.environment_id::smallint[],
  :claims.digest::bytea[],
  :claims.collection::text[],
  :claims.id::text[],
  :claims.uid::uuid[]
) AS inherited (environment_id, digest, collection, recipient_id, uid)
ORDER BY environment_id, digest
ON CONFLICT (environment_id, digest) DO NOTHING
RETURNING environment_id,
          digest
