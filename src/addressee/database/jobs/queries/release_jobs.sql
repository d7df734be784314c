-- Gives up a worker's claims on jobs, which keep their place and are anybody's at once.
UPDATE addressee.jobs
SET claimed_by = NULL,
    claimed_until = NULL
WHERE id = ANY (:ids::bigint[])
  AND claimed_by = :worker_id
