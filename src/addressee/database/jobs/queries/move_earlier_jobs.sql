-- Moves jobs that processes of the version before queued and that none of their workers is running.
WITH moved AS (
  DELETE FROM addressee_jobs.pgqueuer
  WHERE id IN (
    SELECT id
    FROM addressee_jobs.pgqueuer
    WHERE status IN ('queued', 'failed')
       OR (status = 'picked' AND heartbeat < now() - interval '1 minute')
    ORDER BY id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
  )
  RETURNING id, entrypoint, payload, created, updated, execute_after, attempts, status
)
INSERT INTO addressee.jobs (name, arguments, inserted_at, due_at, failures, held_at)
SELECT entrypoint,
       coalesce(payload, '{}'),
       created,
       execute_after,
       attempts,
       CASE WHEN status = 'failed' THEN updated END
FROM moved
ORDER BY id
