-- Deletes up to :limit memberships of deleted users, or in deleted tenants, and returns their identities.
WITH gone AS (
  SELECT *
  FROM unnest(:people.environment_id::smallint[], :people.collection::text[], :people.id::text[], :people.uid::uuid[])
    AS people (environment_id, collection, id, uid)
),
of_users AS (
  SELECT memberships.environment_id,
         memberships.collection,
         memberships.id
  FROM gone
  JOIN addressee.recipients AS memberships
    ON memberships.environment_id = gone.environment_id
   AND memberships.id = gone.id
   AND memberships.collection > '$members/' || gone.uid || '/'
   AND memberships.collection < '$members/' || gone.uid || '0'
  WHERE gone.collection = '$users'
  LIMIT :limit
),
in_tenants AS (
  SELECT memberships.environment_id,
         memberships.collection,
         memberships.id
  FROM gone
  JOIN addressee.recipients AS memberships
    ON memberships.environment_id = gone.environment_id
   AND split_part(memberships.collection, '/', 3) = gone.uid::text
   AND memberships.collection LIKE '$members/%'
  WHERE gone.collection = '$tenants'
  LIMIT :limit
),
found AS (
  SELECT *
  FROM of_users
  UNION
  SELECT *
  FROM in_tenants
  LIMIT :limit
),
ending AS (
  SELECT memberships.environment_id,
         memberships.collection,
         memberships.id
  FROM found
  JOIN addressee.recipients AS memberships
  USING (environment_id, collection, id)
  ORDER BY memberships.environment_id, memberships.collection, memberships.id
  FOR UPDATE OF memberships
)
DELETE FROM addressee.recipients AS memberships
USING ending
WHERE memberships.environment_id = ending.environment_id
  AND memberships.collection = ending.collection
  AND memberships.id = ending.id
RETURNING memberships.environment_id,
          memberships.collection,
          memberships.id,
          memberships.uid
