-- The number of a user's memberships in living tenants, at most :limit.
SELECT count(*)
FROM (
  SELECT
  FROM addressee.recipients AS memberships
  WHERE memberships.environment_id = :environment_id
    AND memberships.id = :id
    AND memberships.collection > :first
    AND memberships.collection < :end
    AND memberships.deleted_at IS NULL
    AND (
      SELECT true
      FROM addressee.recipients AS tenants
      WHERE tenants.environment_id = memberships.environment_id
        AND tenants.collection = '$tenants'
        AND tenants.uid = split_part(memberships.collection, '/', 3)::uuid
        AND tenants.deleted_at IS NULL
    )
  LIMIT :limit
) AS counted
