-- A page of the history of an identity, newest first, before a position.
SELECT version,
       ordinal,
       recorded_at,
       edit,
       key_id,
       request_id,
       before,
       after
FROM addressee.changes
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
  AND uid = :uid
  AND (version, ordinal, recorded_at) < (:version, :ordinal, :recorded_at)
ORDER BY version DESC,
         ordinal DESC,
         recorded_at DESC
LIMIT :limit
