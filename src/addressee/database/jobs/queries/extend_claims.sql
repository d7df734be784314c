-- Extends a worker's claims on the jobs that it still runs.
UPDATE addressee.jobs
SET claimed_until = now() + :duration::interval
WHERE id = ANY (:ids::bigint[])
  AND claimed_by = :worker_id
