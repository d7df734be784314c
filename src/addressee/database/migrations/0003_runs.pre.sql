-- Runs that wait, that fan out to subscribers and that can be listed; messages listed across recipients; what
-- providers answered; the preferences of those who have none.

-- `source` says what started the run.
ALTER TABLE addressee.workflow_runs
ADD COLUMN source jsonb NOT NULL DEFAULT '{"type": "api"}',
ADD COLUMN skip_delay boolean NOT NULL DEFAULT false;

-- `due_at` is when a paused run goes on. `subscription` is why a subscriber was told.
ALTER TABLE addressee.recipient_runs
ADD COLUMN tenant text COLLATE "C",
ADD COLUMN due_at timestamptz,
ADD COLUMN subscription jsonb,
ADD COLUMN error_count smallint NOT NULL DEFAULT 0;

CREATE INDEX recipient_runs_due
ON addressee.recipient_runs (due_at)
WHERE status = 'paused';

CREATE INDEX recipient_runs_in_order
ON addressee.recipient_runs (environment_id, inserted_at, id);

-- An object of a run whose subscribers are told too: those after `cursor` are still to come. `level` counts from 0.
CREATE TABLE addressee.run_fanouts (
  environment_id smallint NOT NULL,
  run_id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  object_uid uuid NOT NULL,
  level smallint NOT NULL,
  cursor uuid NOT NULL,
  PRIMARY KEY (environment_id, run_id, collection, object_id)
);

CREATE INDEX messages_in_order
ON addressee.messages (environment_id, inserted_at, id);

CREATE INDEX messages_of_workflow
ON addressee.messages (environment_id, workflow, inserted_at, id);

CREATE INDEX messages_of_tenant
ON addressee.messages (environment_id, tenant, inserted_at, id)
WHERE tenant IS NOT NULL;

CREATE INDEX messages_of_run
ON addressee.messages (environment_id, run_id);

-- What was said to a provider and what it answered, without secrets.
CREATE TABLE addressee.delivery_logs (
  environment_id smallint NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  service text NOT NULL,
  request jsonb NOT NULL,
  response jsonb NOT NULL,
  inserted_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, message_id, id, recipient_id)
);

-- What holds for recipients whose own preferences say nothing.
CREATE TABLE addressee.preference_defaults (
  environment_id smallint PRIMARY KEY,
  document jsonb NOT NULL
);
