-- Of each kind of job: how many of the first ones run, are due, and wait for their time, and since when the oldest is due.
WITH RECURSIVE kinds AS (
  (
    SELECT name
    FROM addressee.jobs
    WHERE held_at IS NULL
    ORDER BY name
    LIMIT 1
  )
  UNION ALL
  SELECT (
    SELECT following.name
    FROM addressee.jobs AS following
    WHERE following.held_at IS NULL
      AND following.name > kinds.name
    ORDER BY following.name
    LIMIT 1
  )
  FROM kinds
  WHERE kinds.name IS NOT NULL
)
SELECT kinds.name,
       counted.*
FROM kinds
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE claimed_until > now()) AS running,
         count(*) FILTER (WHERE due_at <= now() AND claimed_until > now() IS NOT TRUE) AS due,
         count(*) FILTER (WHERE due_at > now() AND claimed_until > now() IS NOT TRUE) AS later,
         min(due_at) FILTER (WHERE due_at <= now() AND claimed_until > now() IS NOT TRUE) AS due_since,
         count(*) > :most AS has_more
  FROM (
    SELECT jobs.due_at,
           jobs.claimed_until
    FROM addressee.jobs AS jobs
    WHERE jobs.held_at IS NULL
      AND jobs.name = kinds.name
    ORDER BY jobs.priority,
             jobs.due_at,
             jobs.id
    LIMIT :most + 1
  ) AS first
) AS counted
WHERE kinds.name IS NOT NULL
ORDER BY kinds.name
