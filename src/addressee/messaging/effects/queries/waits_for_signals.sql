-- The waits that these signals may end, those of the first signal first. A wait is for what comes after it began, and for
-- as long as its run stands where it waits.
SELECT signals.position - 1 AS signal,
       runs.collection,
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
JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = waits.environment_id
 AND runs.id = waits.recipient_run_id
 AND runs.recipient_id = waits.own_id
 AND runs.step = waits.step
WHERE waits.environment_id = :environment_id
  AND waits.began_at < signals.at
  AND waits.expires_at > signals.at
  AND runs.status = 'paused'
  AND (waits.tenant IS NULL OR signals.tenant IS NULL OR waits.tenant = signals.tenant)
ORDER BY signals.position,
         waits.recipient_run_id,
         waits.ordinal
