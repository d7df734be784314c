-- Claims due jobs: of each kind and priority the longest due ones, up to a number, and with each of them the next ones in
-- its lane.
WITH first_of_lanes AS MATERIALIZED (
  SELECT found.*
  FROM unnest(:wanted.name::text[], :wanted.priority::smallint[], :wanted.free::int[]) AS wanted (name, priority, free)
  CROSS JOIN LATERAL (
    SELECT candidate.id, candidate.lane, candidate.due_at
    FROM addressee.jobs AS candidate
    WHERE candidate.name = wanted.name
      AND candidate.priority = wanted.priority
      AND candidate.held_at IS NULL
      AND candidate.due_at <= now()
      AND (candidate.claimed_until IS NULL OR candidate.claimed_until <= now())
      AND candidate.id <> ALL (:claimed_ids::bigint[])
      AND (
        candidate.lane IS NULL
        -- The first condition is the second one's, but cheap where many wait behind one that runs.
        OR candidate.lane NOT IN (
          SELECT running.lane
          FROM addressee.jobs AS running
          WHERE running.lane IS NOT NULL
            AND running.claimed_by IS NOT NULL
            AND running.claimed_until > now()
        )
        AND NOT EXISTS (
          SELECT
          FROM addressee.jobs AS earlier
          WHERE earlier.lane = candidate.lane
            AND earlier.held_at IS NULL
            AND (earlier.due_at, earlier.id) < (candidate.due_at, candidate.id)
        )
      )
    ORDER BY candidate.due_at, candidate.id
    LIMIT wanted.free
    FOR UPDATE SKIP LOCKED
  ) AS found
),
-- Whoever has locked the first of a lane is alone with those behind it.
next_of_lanes AS MATERIALIZED (
  SELECT found.id
  FROM first_of_lanes
  CROSS JOIN LATERAL (
    SELECT behind.id
    FROM addressee.jobs AS behind
    WHERE behind.lane = first_of_lanes.lane
      AND behind.held_at IS NULL
      AND behind.due_at <= now()
      AND (behind.due_at, behind.id) > (first_of_lanes.due_at, first_of_lanes.id)
      AND (behind.claimed_until IS NULL OR behind.claimed_until <= now())
      AND behind.id <> ALL (:claimed_ids::bigint[])
      AND behind.name = ANY (:names::text[])
    ORDER BY behind.due_at, behind.id
    LIMIT :lane_length
    FOR UPDATE SKIP LOCKED
  ) AS found
),
claimed AS (
  UPDATE addressee.jobs
  SET claimed_by = :worker_id,
      claimed_until = now() + :duration::interval
  WHERE id = ANY (ARRAY(SELECT id FROM first_of_lanes UNION ALL SELECT id FROM next_of_lanes))
  RETURNING id, name, arguments, lane, priority, failures, due_at
)
SELECT id, name, arguments, lane, priority, failures
FROM claimed
ORDER BY due_at, id
