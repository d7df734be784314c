-- The waits that these signals may end, those of the first signal first. A wait is for what comes after it began.
SELECT signals.position - 1 AS signal,
       waits.recipient_run_id,
       waits.own_id,
       waits.step,
       waits.ref,
       waits.conditions
FROM unnest(
  :signals.recipient_id::text[],
  :signals.uid::uuid[],
  :signals.type::text[],
  :signals.name::text[],
  :signals.at::timestamptz[],
  :signals.tenant::text[]
) WITH ORDINALITY AS signals (recipient_id, uid, type, name, at, tenant, position)
JOIN addressee.waits
  ON waits.recipient_id = signals.recipient_id
 AND waits.uid = signals.uid
 AND waits.type = signals.type
 AND waits.name = signals.name
WHERE waits.environment_id = :environment_id
  AND waits.began_at < signals.at
  AND waits.expires_at > signals.at
  AND (waits.tenant IS NULL OR signals.tenant IS NULL OR waits.tenant = signals.tenant)
ORDER BY signals.position,
         waits.recipient_run_id,
         waits.ordinal
