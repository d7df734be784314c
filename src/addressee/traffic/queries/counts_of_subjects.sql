-- Sums up what was counted of subjects since a time, by name, with the last minute in which it was counted since an earlier
-- one.
SELECT wanted.subject,
       counted.name,
       counted.recent,
       counted.last
FROM unnest(:subjects::uuid[]) AS wanted (subject)
CROSS JOIN LATERAL (
  SELECT split_part(counts.name, '/', 1) AS name,
         coalesce(sum(counts.count) FILTER (WHERE counts.minute >= :recently), 0)::bigint AS recent,
         max(counts.minute) AS last
  FROM addressee.minute_counts AS counts
  WHERE counts.environment_id = :environment_id
    AND counts.subject = wanted.subject
    AND counts.minute >= :since
  GROUP BY counts.name
) AS counted
ORDER BY wanted.subject,
         counted.recent DESC,
         counted.name
