-- Stores :people users as the writer does, each identified once, with the terms by which searches find them. Every tenth
-- has a device. The key of the terms is made afterwards, as sorting all of them at once is far quicker.
\set ON_ERROR_STOP on

INSERT INTO addressee.recipients (
  environment_id, collection, id, uid, version,
  attributes, properties, addresses, channel_data, preferences,
  updated_at, format
)
SELECT 1, '$users', 'user-' || person, uuidv7(), 1,
       jsonb_build_object(
         'name', first_names[1 + person % 24] || ' ' || last_names[1 + person / 24 % 24],
         'email', 'user' || person || '@example.com',
         'phone_number', '+49' || 1500000000 + person
       ),
       jsonb_build_object('plan', 'pro', 'city', 'Ulm', 'turn', person),
       CASE WHEN person % 10 = 0 THEN jsonb_build_array(jsonb_build_object(
         'kind', 'android_push', 'key', 'fcm:token-' || person, 'value', 'token-' || person,
         'provider', 'fcm', 'status', 'active'
       )) ELSE '[]' END,
       '{}', '{}',
       now(), 1
FROM generate_series(1, :people) AS person
CROSS JOIN (
  VALUES (
    string_to_array('Ada Bruno Carla Dario Elif Farid Greta Hugo Ines Jonas Kaito Lena Mika Nora Otto Paula Rosa Sami '
      'Tara Udo Vera Wanda Yara Zoe', ' '),
    string_to_array('Adler Baker Costa Demir Evans Fischer Garcia Hansen Ito Jansen Kaya Lopez Moreau Novak Olsen Petit '
      'Rossi Silva Tanaka Ueda Vogel Weber Yilmaz Ziegler', ' ')
  )
) AS names (first_names, last_names);

INSERT INTO addressee.changes (
  environment_id, collection, id, version, ordinal, recorded_at, uid, edit, key_id, request_id, after
)
SELECT environment_id, collection, id, version, 0, updated_at, uid, 'identify', gen_random_uuid(), uuidv7(),
       jsonb_build_object('attributes', attributes, 'properties', properties)
FROM addressee.recipients;

INSERT INTO addressee.push_tokens (environment_id, digest, collection, recipient_id, uid)
SELECT environment_id, sha256(convert_to(addresses -> 0 ->> 'value', 'UTF8')), collection, id, uid
FROM addressee.recipients
WHERE addresses <> '[]';

ALTER TABLE addressee.search_terms DROP CONSTRAINT search_terms_pkey;

INSERT INTO addressee.search_terms (environment_id, term, collection, id)
SELECT environment_id, term, collection, id
FROM addressee.recipients
CROSS JOIN LATERAL regexp_split_to_array(lower(attributes ->> 'name'), ' ') AS words
CROSS JOIN LATERAL (
  VALUES (attributes ->> 'email'),
         (substr(attributes ->> 'phone_number', 2)),
         (words[1] || ' ' || words[2]),
         (words[2] || ' ' || words[1])
) AS terms (term);

SET maintenance_work_mem = '1GB';
ALTER TABLE addressee.search_terms ADD PRIMARY KEY (environment_id, term, collection, id);

INSERT INTO addressee.recipient_counts (environment_id, collection, slot, count)
VALUES (1, '$users', 0, :people);

VACUUM ANALYZE addressee.recipients, addressee.changes, addressee.push_tokens, addressee.search_terms;
CHECKPOINT;
