\set person random(1, 10000)
\set turn random(1, 1000000000)
INSERT INTO bench_recipients (environment_id, collection, id, uid, version, attributes, properties, updated_at, format)
VALUES (
  1, '$users', 'user-' || :person::integer, gen_random_uuid(), 1,
  jsonb_build_object('name', 'User ' || :person::integer, 'email', 'user' || :person::integer || '@example.com'),
  jsonb_build_object('plan', 'pro', 'city', 'Ulm', 'turn', :turn::integer),
  now(), 1
)
ON CONFLICT (environment_id, collection, id) DO UPDATE
SET version = bench_recipients.version + 1,
    attributes = excluded.attributes,
    properties = excluded.properties,
    updated_at = excluded.updated_at;
