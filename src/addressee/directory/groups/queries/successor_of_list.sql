-- The uid of the living list at a place whose former uid is :uid.
SELECT uid
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
  AND properties -> 'predecessors' ? :uid::uuid::text
  AND deleted_at IS NULL
