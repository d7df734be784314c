-- Deletes jobs that a worker has done, unless another one has taken them over.
DELETE FROM addressee.jobs
WHERE id = ANY (:ids::bigint[])
  AND claimed_by = :worker_id
