-- Counts a try as failed, with the pause after that many failures; returns nothing for a try that comes too early.
INSERT INTO addressee.sign_in_tries AS tries (who, failures, failed_at, free_at)
VALUES (:who, 1, :now::timestamptz, :now::timestamptz + (:pauses::interval[])[1])
ON CONFLICT (who) DO UPDATE
SET failures = CASE WHEN tries.failed_at < :forgotten::timestamptz THEN 1 ELSE tries.failures + 1 END,
    failed_at = excluded.failed_at,
    free_at = :now::timestamptz + (:pauses::interval[])[
      CASE
        WHEN tries.failed_at < :forgotten::timestamptz THEN 1
        ELSE least(tries.failures + 1, cardinality(:pauses::interval[]))
      END
    ]
WHERE tries.free_at <= excluded.failed_at
RETURNING failures
