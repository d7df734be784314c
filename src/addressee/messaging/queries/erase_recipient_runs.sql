-- Deletes some of identities' runs, and says which triggers they were part of.
WITH page AS (
  SELECT runs.environment_id,
         runs.id,
         runs.recipient_id
  FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
  JOIN addressee.recipient_runs AS runs
    ON runs.environment_id = people.environment_id
   AND runs.collection = people.collection
   AND runs.recipient_id = people.id
   AND runs.uid = people.uid
  LIMIT $5
)
DELETE FROM addressee.recipient_runs AS runs
USING page
WHERE runs.environment_id = page.environment_id
  AND runs.id = page.id
  AND runs.recipient_id = page.recipient_id
RETURNING runs.environment_id,
          runs.run_id
