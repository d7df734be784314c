-- Stores notices about writes of one request.
INSERT INTO addressee.notices (environment_id, id, collection, recipient_id, messages, request_id, recorded_at)
SELECT environment_id,
       id,
       collection,
       recipient_id,
       messages,
       :request_id,
       :now
FROM unnest(
  :places.environment_id::smallint[],
  :ids::uuid[],
  :places.collection::text[],
  :places.id::text[],
  :messages::jsonb[]
) AS noticed (environment_id, id, collection, recipient_id, messages)
