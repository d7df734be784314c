-- Forgets the objects of those runs that have told everybody.
DELETE FROM addressee.run_fanouts AS finished
WHERE finished.environment_id = :environment_id
  AND finished.run_id = ANY(:run_ids::uuid[])
  AND NOT EXISTS (
    SELECT
    FROM addressee.run_fanouts AS others
    WHERE others.environment_id = :environment_id
      AND others.run_id = finished.run_id
      AND others.cursor IS NOT NULL
  )
