-- Makes some of identities' paused runs due now, and says how many. What others wake or cancel at this moment ends
-- without this.
WITH paused AS (
  SELECT runs.environment_id,
         runs.id,
         runs.recipient_id
  -- part: people
  JOIN addressee.recipient_runs AS runs
    ON runs.environment_id = people.environment_id
   AND runs.collection = people.collection
   AND runs.recipient_id = people.id
   AND runs.uid = people.uid
  WHERE runs.status = 'paused'
    AND runs.due_at > :now
  ORDER BY runs.environment_id, runs.id
  LIMIT :limit
  FOR UPDATE OF runs SKIP LOCKED
),
hastened AS (
  UPDATE addressee.recipient_runs AS runs
  SET due_at = :now
  FROM paused
  WHERE runs.environment_id = paused.environment_id
    AND runs.id = paused.id
    AND runs.recipient_id = paused.recipient_id
  RETURNING runs.id
)
SELECT count(*)
FROM hastened
