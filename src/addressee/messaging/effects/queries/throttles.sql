-- How many runs have passed in the newest windows of these counters.
SELECT throttles.recipient_id,
       throttles.uid,
       throttles.name,
       throttles.key,
       throttles.passed,
       throttles.ends_at
FROM addressee.throttles
JOIN unnest(
  :counters.recipient_id::text[],
  :counters.uid::uuid[],
  :counters.name::text[],
  :counters.key::text[]
) AS counters (recipient_id, uid, name, key)
  ON throttles.recipient_id = counters.recipient_id
 AND throttles.uid = counters.uid
 AND throttles.name = counters.name
 AND throttles.key = counters.key
WHERE throttles.environment_id = :environment_id
