-- Some of identities' runs.
SELECT runs.environment_id,
       runs.id,
       runs.recipient_id,
       runs.run_id
-- part: people
JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = people.environment_id
 AND runs.collection = people.collection
 AND runs.recipient_id = people.id
 AND runs.uid = people.uid
LIMIT :limit
