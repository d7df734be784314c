-- Deletes a held job.
DELETE FROM addressee.jobs
WHERE id = :id
  AND held_at IS NOT NULL
RETURNING id
