-- Deletes identities' runs, and says which triggers they were part of.
DELETE FROM addressee.recipient_runs AS runs
USING unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
WHERE runs.environment_id = people.environment_id
  AND runs.collection = people.collection
  AND runs.recipient_id = people.id
  AND runs.uid = people.uid
RETURNING runs.environment_id,
          runs.run_id
