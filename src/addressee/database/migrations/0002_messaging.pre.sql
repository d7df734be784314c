-- What is sent to recipients: channels and workflows, runs, messages and their delivery.

CREATE TABLE addressee.channels (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  provider text NOT NULL,
  settings jsonb NOT NULL,
  sealed_secrets bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id),
  UNIQUE (environment_id, key)
);

CREATE TABLE addressee.workflows (
  environment_id smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  version_id uuid NOT NULL,
  active boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);

-- What a workflow says, never changed: a run keeps the version that it was triggered with.
CREATE TABLE addressee.workflow_versions (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id)
);

CREATE TABLE addressee.variables (
  environment_id smallint PRIMARY KEY,
  document jsonb NOT NULL
);

-- That a trigger under a caller's key was accepted, so that its repetition starts nothing.
CREATE TABLE addressee.trigger_receipts (
  environment_id smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  request_id text NOT NULL,
  run_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);

CREATE INDEX trigger_receipts_by_age
ON addressee.trigger_receipts (created_at);

-- One trigger. `recipients` are those whose runs are not started yet; started, their rows are below.
CREATE TABLE addressee.workflow_runs (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  version_id uuid NOT NULL,
  tenant text COLLATE "C",
  actor jsonb,
  data jsonb NOT NULL,
  cancellation_key text COLLATE "C",
  sandbox boolean NOT NULL,
  recipients jsonb NOT NULL,
  pages_started smallint NOT NULL DEFAULT 0,
  inserted_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id)
);

CREATE INDEX workflow_runs_to_cancel
ON addressee.workflow_runs (environment_id, workflow, cancellation_key)
WHERE cancellation_key IS NOT NULL
  AND recipients <> '[]';

-- One recipient's way through a run. `uid` is null when nobody lived at the place when the run was triggered.
CREATE TABLE addressee.recipient_runs (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid,
  run_id uuid NOT NULL,
  page smallint NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  cancellation_key text COLLATE "C",
  data jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'processing', 'paused', 'completed', 'cancelled')),
  step smallint NOT NULL,
  journal jsonb NOT NULL,
  inserted_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id, recipient_id)
) WITH (fillfactor = 80);

CREATE INDEX recipient_runs_of_run
ON addressee.recipient_runs (environment_id, run_id, page);

CREATE INDEX recipient_runs_of_recipient
ON addressee.recipient_runs (environment_id, recipient_id, uid);

CREATE INDEX recipient_runs_to_cancel
ON addressee.recipient_runs (environment_id, workflow, cancellation_key)
WHERE cancellation_key IS NOT NULL
  AND status IN ('queued', 'processing', 'paused');

-- `filter_data` is the run's data reduced to what a list can be filtered by; `data` is this recipient's own part.
CREATE TABLE addressee.messages (
  environment_id smallint NOT NULL,
  id text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  channel_id uuid NOT NULL,
  run_id uuid NOT NULL,
  recipient_run_id uuid NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  version_id uuid NOT NULL,
  categories text[] NOT NULL,
  step_ref text NOT NULL,
  tenant text COLLATE "C",
  actors jsonb NOT NULL,
  data jsonb NOT NULL,
  filter_data jsonb NOT NULL,
  content jsonb NOT NULL,
  status text NOT NULL,
  seen_at timestamptz,
  read_at timestamptz,
  interacted_at timestamptz,
  link_clicked_at timestamptz,
  archived_at timestamptz,
  inserted_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id, recipient_id)
) WITH (fillfactor = 80);

CREATE INDEX messages_of_recipient
ON addressee.messages (environment_id, recipient_id, uid, inserted_at, id);

CREATE TABLE addressee.message_events (
  environment_id smallint NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  type text NOT NULL,
  data jsonb,
  inserted_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, message_id, id, recipient_id)
);

-- One message to one address. `due_at` is when it may be tried (again), null when it is finished; a worker that
-- tries it moves it into the future first, so that nobody else does meanwhile.
CREATE TABLE addressee.sends (
  environment_id smallint NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  channel_id uuid NOT NULL,
  run_id uuid NOT NULL,
  page smallint NOT NULL,
  address text NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  due_at timestamptz,
  PRIMARY KEY (environment_id, message_id, id, recipient_id)
) WITH (fillfactor = 80);

CREATE INDEX sends_due
ON addressee.sends (environment_id, run_id, page)
WHERE due_at IS NOT NULL;
