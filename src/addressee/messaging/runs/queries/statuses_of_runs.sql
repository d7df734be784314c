-- How many of the newest 500 recipients of each of some triggers are in each status.
SELECT wanted.id AS run_id,
       newest.status,
       count(*) AS number
FROM unnest(:run_ids::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
  SELECT runs.status
  FROM addressee.recipient_runs AS runs
  WHERE runs.environment_id = :environment_id
    AND runs.run_id = wanted.id
  ORDER BY runs.inserted_at DESC, runs.id DESC
  LIMIT 500
) AS newest
GROUP BY wanted.id, newest.status
