-- Adds jobs in the order given, each due after its delay.
INSERT INTO addressee.jobs (name, arguments, lane, due_at)
SELECT name, arguments, lane, now() + delay
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::interval[])
  WITH ORDINALITY AS added (name, arguments, lane, delay, position)
ORDER BY position
