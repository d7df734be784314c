-- Queues signals that somebody waits for, as one job.
WITH happened AS (
  SELECT :environment_id::smallint AS environment_id,
         signals.*
  FROM unnest(
    :signals.recipient_id::text[],
    :signals.uid::uuid[],
    :signals.type::text[],
    :signals.name::text[],
    :signals.at::timestamptz[],
    :signals.tenant::text[],
    :events::jsonb[]
  ) AS signals (recipient_id, uid, type, name, at, tenant, event)
)
-- part: signals
