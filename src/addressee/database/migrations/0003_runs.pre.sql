-- Runs that wait, that fan out to subscribers and that can be listed; messages listed across recipients; what
-- providers answered; the preferences of those who have none.

-- `source` says what started the run.
-- `cancelled` are those who were cancelled before the run reached them.
ALTER TABLE addressee.workflow_runs
ADD COLUMN source jsonb NOT NULL DEFAULT '{"type": "api"}',
ADD COLUMN skip_delay boolean NOT NULL DEFAULT false,
ADD COLUMN cancelled jsonb NOT NULL DEFAULT '[]';

-- `due_at` is when a paused run goes on. `subscription` is why a subscriber was told.
ALTER TABLE addressee.recipient_runs
ADD COLUMN tenant text COLLATE "C",
ADD COLUMN due_at timestamptz,
ADD COLUMN subscription jsonb,
ADD COLUMN error_count smallint NOT NULL DEFAULT 0;

-- Runs of those who live, of those who were merged away, and of ids where nobody lived (see present_messages).
CREATE VIEW addressee.present_runs AS
SELECT runs.*
FROM addressee.recipient_runs AS runs
WHERE runs.uid IS NULL
   OR (
     SELECT recipients.deleted_at IS NULL
     FROM addressee.recipients AS recipients
     WHERE recipients.environment_id = runs.environment_id
       AND recipients.collection = runs.collection
       AND recipients.id = runs.recipient_id
       AND recipients.uid = runs.uid
   )
   OR (
     SELECT true
     FROM addressee.merges AS merges
     WHERE merges.environment_id = runs.environment_id
       AND merges.secondary_uid = runs.uid
       AND merges.undone_at IS NULL
   );

CREATE INDEX recipient_runs_due
ON addressee.recipient_runs (due_at)
WHERE status = 'paused';

CREATE INDEX recipient_runs_in_order
ON addressee.recipient_runs (environment_id, inserted_at, id);

CREATE INDEX recipient_runs_of_workflow
ON addressee.recipient_runs (environment_id, workflow, inserted_at, id);

CREATE INDEX recipient_runs_of_tenant
ON addressee.recipient_runs (environment_id, tenant, inserted_at, id)
WHERE tenant IS NOT NULL;

CREATE INDEX recipient_runs_with_errors
ON addressee.recipient_runs (environment_id, inserted_at, id)
WHERE error_count > 0;

-- An object of a run whose subscribers are told too: those after `cursor` (null: none) are still to come. `level`
-- counts from 0. Rows stay until the run has no object left, so that it comes to each once.
CREATE TABLE addressee.run_fanouts (
  environment_id smallint NOT NULL,
  run_id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  object_uid uuid NOT NULL,
  level smallint NOT NULL,
  cursor uuid,
  workflow text COLLATE "C" NOT NULL,
  cancellation_key text COLLATE "C",
  PRIMARY KEY (environment_id, run_id, collection, object_id)
);

CREATE INDEX run_fanouts_to_cancel
ON addressee.run_fanouts (environment_id, workflow, cancellation_key)
WHERE cancellation_key IS NOT NULL;

CREATE INDEX messages_in_order
ON addressee.messages (environment_id, inserted_at, id);

CREATE INDEX messages_of_workflow
ON addressee.messages (environment_id, workflow, inserted_at, id);

CREATE INDEX messages_of_tenant
ON addressee.messages (environment_id, tenant, inserted_at, id)
WHERE tenant IS NOT NULL;

CREATE INDEX messages_of_run
ON addressee.messages (environment_id, run_id, inserted_at, id);

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
