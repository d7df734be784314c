-- Stores the windows of counters that this transaction holds.
UPDATE addressee.throttles
SET passed = changed.passed,
    ends_at = changed.ends_at
FROM unnest(
  :changed.recipient_id::text[],
  :changed.uid::uuid[],
  :changed.name::text[],
  :changed.key::text[],
  :changed.passed::int[],
  :changed.ends_at::timestamptz[]
) AS changed (recipient_id, uid, name, key, passed, ends_at)
WHERE throttles.environment_id = :environment_id
  AND throttles.recipient_id = changed.recipient_id
  AND throttles.uid = changed.uid
  AND throttles.name = changed.name
  AND throttles.key = changed.key
