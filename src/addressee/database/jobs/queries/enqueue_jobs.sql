-- Inserts jobs in the order given, each due after its delay.
INSERT INTO addressee.jobs (name, arguments, lane, priority, due_at)
SELECT name, arguments, lane, priority, now() + delay
FROM unnest(
  :jobs.name::text[],
  :jobs.arguments::bytea[],
  :jobs.lane::text[],
  :jobs.priority::smallint[],
  :jobs.delay::interval[]
) WITH ORDINALITY AS added (name, arguments, lane, priority, delay, position)
ORDER BY position
