-- Inserts jobs in the order given, each due after its delay.
INSERT INTO addressee.jobs (name, arguments, lane, due_at)
SELECT name, arguments, lane, now() + delay
FROM unnest(:jobs.name::text[], :jobs.arguments::bytea[], :jobs.lane::text[], :jobs.delay::interval[])
  WITH ORDINALITY AS added (name, arguments, lane, delay, position)
ORDER BY position
