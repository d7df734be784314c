-- Records that a worker's jobs failed: each is due again after a pause, without one it is held.
UPDATE addressee.jobs
SET failures = failed.failures,
    last_failure = failed.reason,
    due_at = now() + coalesce(failed.pause, interval '0'),
    held_at = CASE WHEN failed.pause IS NULL THEN now() END,
    claimed_by = NULL,
    claimed_until = NULL
FROM unnest($2::bigint[], $3::int[], $4::text[], $5::interval[]) AS failed (id, failures, reason, pause)
WHERE jobs.id = failed.id
  AND jobs.claimed_by = $1
