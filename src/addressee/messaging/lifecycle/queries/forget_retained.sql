-- Keeps no more of those who departed from a place, and says who they were.
DELETE FROM addressee.departed
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
RETURNING environment_id,
          collection,
          id,
          uid
