-- Gives push tokens to new owners and returns the former ones; each token is given once.
INSERT INTO addressee.push_tokens (environment_id, digest, collection, recipient_id, uid)
SELECT environment_id, digest, collection, recipient_id, uid
FROM unnest(
  :claims.environment_id::smallint[],
  :claims.digest::bytea[],
  :claims.collection::text[],
  :claims.id::text[],
  :claims.uid::uuid[]
) AS claimed (environment_id, digest, collection, recipient_id, uid)
ORDER BY environment_id, digest
ON CONFLICT (environment_id, digest) DO UPDATE
SET collection = excluded.collection,
    recipient_id = excluded.recipient_id,
    uid = excluded.uid,
    former_collection = push_tokens.collection,
    former_id = push_tokens.recipient_id,
    former_uid = push_tokens.uid
WHERE push_tokens.uid <> excluded.uid
RETURNING environment_id,
          digest,
          former_collection,
          former_id,
          former_uid
