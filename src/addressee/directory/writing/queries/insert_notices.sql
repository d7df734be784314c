-- Keeps what was passed over of writes.
INSERT INTO addressee.notices (environment_id, id, collection, recipient_id, messages, request_id, recorded_at)
SELECT environment_id,
       id,
       collection,
       recipient_id,
       messages,
       $6,
       $7
FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[])
  AS noticed (environment_id, id, collection, recipient_id, messages)
