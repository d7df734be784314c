-- Extends a worker's claims on what it still runs.
UPDATE addressee.jobs
SET claimed_until = now() + $3::interval
WHERE id = ANY ($2::bigint[])
  AND claimed_by = $1
