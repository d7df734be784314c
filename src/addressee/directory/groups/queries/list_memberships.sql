-- A page of a user's memberships in living tenants after the collection :start, with the tenants, by their uids.
WITH found AS NOT MATERIALIZED (
  SELECT memberships.environment_id,
         memberships.collection,
         memberships.id,
         memberships.uid,
         memberships.version,
         memberships.updated_at,
         memberships.attributes,
         memberships.properties,
         memberships.addresses,
         memberships.channel_data,
         memberships.preferences,
         memberships.deleted_at,
         memberships.format,
         memberships.deletions,
         memberships.history_kept,
         tenants.environment_id AS tenant_environment_id,
         tenants.collection AS tenant_collection,
         tenants.id AS tenant_id,
         tenants.uid AS tenant_uid,
         tenants.version AS tenant_version,
         tenants.updated_at AS tenant_updated_at,
         tenants.attributes AS tenant_attributes,
         tenants.properties AS tenant_properties,
         tenants.addresses AS tenant_addresses,
         tenants.channel_data AS tenant_channel_data,
         tenants.preferences AS tenant_preferences,
         tenants.deleted_at AS tenant_deleted_at,
         tenants.format AS tenant_format,
         tenants.deletions AS tenant_deletions,
         tenants.history_kept AS tenant_history_kept
  FROM addressee.recipients AS memberships
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.recipients AS others
    WHERE others.environment_id = memberships.environment_id
      AND others.collection = '$tenants'
      AND others.uid = split_part(memberships.collection, '/', 3)::uuid
      AND others.deleted_at IS NULL
    LIMIT 1
  ) AS tenants
  WHERE memberships.environment_id = :environment_id
    AND memberships.id = :id
    AND memberships.collection > :first
    AND memberships.collection < :end
    AND memberships.deleted_at IS NULL
),
later AS (
  SELECT *
  FROM found
  WHERE :forward
    AND collection > :start
  ORDER BY collection
  LIMIT :limit
),
earlier AS (
  SELECT *
  FROM found
  WHERE NOT :forward
    AND collection < :start
  ORDER BY collection DESC
  LIMIT :limit
)
SELECT *
FROM later
UNION ALL
SELECT *
FROM earlier
ORDER BY collection
