-- How many memberships in living tenants a user has; at most $5.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.recipients AS memberships
  WHERE memberships.environment_id = $1
    AND memberships.id = $2
    AND memberships.collection > $3
    AND memberships.collection < $4
    AND memberships.deleted_at IS NULL
    AND (
      SELECT true
      FROM addressee.recipients AS tenants
      WHERE tenants.environment_id = memberships.environment_id
        AND tenants.collection = '$tenants'
        AND tenants.uid = split_part(memberships.collection, '/', 3)::uuid
        AND tenants.deleted_at IS NULL
    )
  LIMIT $5
) AS counted
