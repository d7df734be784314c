-- Moves the jobs that are left in the tables of the library which the version before used, and drops those.

DO $$
BEGIN
  IF to_regclass('addressee_jobs.pgqueuer') IS NOT NULL THEN
    INSERT INTO addressee.jobs (name, arguments, inserted_at, due_at, failures, held_at)
    SELECT entrypoint,
           coalesce(payload, '{}'),
           created,
           execute_after,
           attempts,
           CASE WHEN status = 'failed' THEN updated END
    FROM addressee_jobs.pgqueuer
    WHERE status IN ('queued', 'picked', 'failed')
    ORDER BY id;
  END IF;
END
$$;

DROP SCHEMA IF EXISTS addressee_jobs CASCADE;
