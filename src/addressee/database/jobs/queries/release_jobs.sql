-- Gives up a worker's claims on jobs, which keep their place and are anybody's at once.
UPDATE addressee.jobs
SET claimed_by = NULL,
    claimed_until = NULL
WHERE id = ANY ($2::bigint[])
  AND claimed_by = $1
