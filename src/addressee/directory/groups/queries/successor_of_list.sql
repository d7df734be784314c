-- The identity of the living list at a place that took the place of another identity ($4) of that list.
SELECT uid
FROM addressee.recipients
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
  AND properties -> 'predecessors' ? $4::uuid::text
  AND deleted_at IS NULL
