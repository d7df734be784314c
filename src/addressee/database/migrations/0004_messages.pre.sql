-- What people do with notifications besides opening them. The view of present messages takes up the column in
-- 0004_triggers.

ALTER TABLE addressee.messages
ADD COLUMN dismissed_at timestamptz;

CREATE INDEX workflow_runs_by_key
ON addressee.workflow_runs (environment_id, (source ->> 'idempotency_key'))
WHERE source ->> 'idempotency_key' IS NOT NULL;
