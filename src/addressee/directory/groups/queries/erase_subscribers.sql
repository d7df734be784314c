-- Deletes up to :limit subscriptions to deleted objects and returns the objects.
WITH found AS MATERIALIZED (
  SELECT subscriptions.*
  FROM unnest(:people.environment_id::smallint[], :people.collection::text[], :people.id::text[], :people.uid::uuid[])
    AS people (environment_id, collection, id, uid)
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.subscriptions AS own
    WHERE own.environment_id = people.environment_id
      AND own.collection = people.collection
      AND own.object_id = people.id
      AND own.object_uid = people.uid
    ORDER BY own.id
    LIMIT :limit
  ) AS subscriptions
  LIMIT :limit
),
-- part: delete_found_subscriptions
