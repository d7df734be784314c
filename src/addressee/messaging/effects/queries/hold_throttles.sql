-- Locks counters in one order, those that are not there too: they are added. The update locks a row and writes nothing.
INSERT INTO addressee.throttles AS throttles (environment_id, recipient_id, uid, name, key, passed, ends_at)
SELECT :environment_id,
       recipient_id,
       uid,
       name,
       key,
       0,
       :now::timestamptz
FROM unnest(
  :counters.recipient_id::text[],
  :counters.uid::uuid[],
  :counters.name::text[],
  :counters.key::text[]
) AS counters (recipient_id, uid, name, key)
ORDER BY recipient_id COLLATE "C",
         uid,
         name COLLATE "C",
         key COLLATE "C"
ON CONFLICT (environment_id, recipient_id, uid, name, key) DO UPDATE
SET passed = throttles.passed
WHERE false
