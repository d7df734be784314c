-- Deletes up to :limit subscriptions of deleted recipients and returns their objects.
WITH found AS MATERIALIZED (
  SELECT subscriptions.*
  FROM unnest(:people.environment_id::smallint[], :people.collection::text[], :people.id::text[], :people.uid::uuid[])
    AS people (environment_id, collection, id, uid)
  CROSS JOIN LATERAL (
    SELECT *
    FROM addressee.subscriptions AS own
    WHERE own.environment_id = people.environment_id
      AND own.recipient_collection = people.collection
      AND own.recipient_id = people.id
      AND own.recipient_uid = people.uid
    ORDER BY own.id
    LIMIT :limit
  ) AS subscriptions
  LIMIT :limit
),
-- part: delete_found_subscriptions
