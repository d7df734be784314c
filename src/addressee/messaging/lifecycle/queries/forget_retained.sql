-- Keeps no more of those who departed from a place, and says who they were.
DELETE FROM addressee.departed
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
RETURNING environment_id,
          collection,
          id,
          uid
