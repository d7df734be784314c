-- Stores :people users as the writer does, each identified once.
\set ON_ERROR_STOP on

INSERT INTO addressee.recipients (
  environment_id, collection, id, uid, version,
  attributes, properties, addresses, channel_data, preferences,
  updated_at, format
)
SELECT 1, '$users', 'user-' || person, uuidv7(), 1,
       jsonb_build_object('name', 'User ' || person, 'email', 'user' || person || '@example.com'),
       jsonb_build_object('plan', 'pro', 'city', 'Ulm', 'turn', person),
       '[]', '{}', '{}',
       now(), 1
FROM generate_series(1, :people) AS person;

INSERT INTO addressee.changes (
  environment_id, collection, id, version, ordinal, recorded_at, uid, edit, key_id, request_id, after
)
SELECT environment_id, collection, id, version, 0, updated_at, uid, 'identify', gen_random_uuid(), uuidv7(),
       jsonb_build_object('attributes', attributes, 'properties', properties)
FROM addressee.recipients;

INSERT INTO addressee.recipient_counts (environment_id, collection, slot, count)
VALUES (1, '$users', 0, :people);

VACUUM ANALYZE addressee.recipients, addressee.changes;
CHECKPOINT;
