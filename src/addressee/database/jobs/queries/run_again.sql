-- Runs held jobs again: each is due at once, and may fail as often as a new one.
UPDATE addressee.jobs
SET held_at = NULL,
    due_at = now(),
    failures = 0
WHERE id = ANY (:ids::bigint[])
  AND held_at IS NOT NULL
RETURNING id
