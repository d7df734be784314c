-- Locks runs that wait for something of identities, in the order in which all lock them: who ends waits holds their runs.
SELECT
FROM addressee.recipient_runs AS runs
WHERE (runs.environment_id, runs.id, runs.recipient_id) IN (
  SELECT waits.environment_id,
         waits.recipient_run_id,
         waits.own_id
  -- part: people
  JOIN addressee.waits AS waits
    ON waits.environment_id = people.environment_id
   AND waits.recipient_id = people.id
   AND waits.uid = people.uid
)
ORDER BY runs.recipient_id,
         runs.id
FOR NO KEY UPDATE OF runs
