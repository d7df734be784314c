-- The runs that a pass has moved, with where they are now.
SELECT *
FROM unnest(
  :moved.id::uuid[],
  :moved.recipient_id::text[],
  :moved.step_before::smallint[],
  :moved.status::text[],
  :moved.step::smallint[],
  :moved.journal::jsonb[],
  :moved.due_at::timestamptz[],
  :moved.errors::smallint[],
  :moved.data::jsonb[],
  :moved.refs::jsonb[]
) AS moved (id, recipient_id, step_before, status, step, journal, due_at, errors, data, refs)
