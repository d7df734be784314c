-- Cancellations that came before their triggers: they are kept for a minute. Null recipients: all.
CREATE TABLE addressee.cancellations (
  environment_id smallint NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  cancellation_key text COLLATE "C" NOT NULL,
  recipients jsonb,
  cancelled_at timestamptz NOT NULL
);

CREATE INDEX cancellations_of_key
ON addressee.cancellations (environment_id, workflow, cancellation_key);

CREATE INDEX cancellations_by_time
ON addressee.cancellations (cancelled_at);

-- Whether any run has had a key, finished ones too.
CREATE INDEX workflow_runs_of_key
ON addressee.workflow_runs (environment_id, workflow, cancellation_key)
WHERE cancellation_key IS NOT NULL;
