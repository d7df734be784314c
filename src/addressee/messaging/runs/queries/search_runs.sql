-- Looks through the newest 10,000 runs of recipients, of a workflow or (null) of all, before a position: a page of those
-- in one of some statuses, and where it stopped. The limits are written out: a planner that does not know them may read
-- all runs.
WITH newest AS (
  (
    SELECT id,
           inserted_at,
           status
    FROM addressee.recipient_runs
    WHERE :workflow::text IS NULL
      AND environment_id = :environment_id
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
  UNION ALL
  (
    SELECT id,
           inserted_at,
           status
    FROM addressee.recipient_runs
    WHERE :workflow IS NOT NULL
      AND environment_id = :environment_id
      AND workflow = :workflow
      AND (inserted_at, id) < (:start_at, :start_id)
    ORDER BY inserted_at DESC, id DESC
    LIMIT 10000
  )
),
page AS (
  SELECT id,
         inserted_at
  FROM newest
  WHERE status = ANY(:statuses::text[])
  ORDER BY inserted_at DESC, id DESC
  LIMIT :limit
),
stopped AS (
  SELECT id,
         inserted_at,
         count(*) OVER () AS number
  FROM newest
  ORDER BY inserted_at, id
  LIMIT 1
)
SELECT 'found' AS kind,
       id,
       inserted_at,
       NULL::bigint AS number
FROM page
UNION ALL
SELECT 'stopped',
       id,
       inserted_at,
       number
FROM stopped
ORDER BY kind, inserted_at DESC, id DESC
