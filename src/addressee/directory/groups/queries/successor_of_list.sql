-- The identity of the living list at a place that took the place of its former identity :uid.
SELECT uid
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
  AND properties -> 'predecessors' ? :uid::uuid::text
  AND deleted_at IS NULL
