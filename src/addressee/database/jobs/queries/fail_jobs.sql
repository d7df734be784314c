-- Records that a worker's jobs failed: each is due again after its pause, and held when it has none.
UPDATE addressee.jobs
SET failures = failed.failures,
    last_failure = failed.reason,
    due_at = now() + coalesce(failed.pause, interval '0'),
    held_at = CASE WHEN failed.pause IS NULL THEN now() END,
    claimed_by = NULL,
    claimed_until = NULL
FROM unnest(
  :failed.id::bigint[], :failed.failures::int[], :failed.reason::text[], :failed.pause::interval[]
) AS failed (id, failures, reason, pause)
WHERE jobs.id = failed.id
  AND jobs.claimed_by = :worker_id
