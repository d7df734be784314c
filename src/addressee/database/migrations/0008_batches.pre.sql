-- Batches collect the runs of one step for one recipient; one of them goes on for all.

-- A batch is joined until it is sealed: by time, by its limit, or because its run ended. `recipient_run_id` is the run
-- that goes on, null while only a run that went ahead has opened it. `version` and `tenant` are part of a batch's
-- identity for steps that say so, else empty. `united_into` is the batch that took its items when two people became one.
CREATE TABLE addressee.batches (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  step_ref text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  recipient_run_id uuid,
  opened_at timestamptz NOT NULL,
  closes_at timestamptz NOT NULL,
  sealed_at timestamptz,
  closed_at timestamptz,
  united_into uuid,
  PRIMARY KEY (environment_id, id, recipient_id)
);

-- Of all who would open the same batch at once, one does.
CREATE UNIQUE INDEX batches_open
ON addressee.batches (environment_id, recipient_id, uid, workflow, step_ref, key, version, tenant)
WHERE sealed_at IS NULL;

CREATE INDEX batches_of_run
ON addressee.batches (environment_id, recipient_run_id)
WHERE recipient_run_id IS NOT NULL;

CREATE INDEX batches_of_recipient
ON addressee.batches (environment_id, recipient_id, uid);

CREATE INDEX batches_to_forget
ON addressee.batches (closes_at);

-- A run in a batch. The trigger's data and actor are found by `run_id`; `data` is the recipient's own part.
-- `triggered_at` is its place in the order, `joined_at` what prolongs a sliding window.
CREATE TABLE addressee.batch_items (
  environment_id smallint NOT NULL,
  recipient_run_id uuid NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  batch_id uuid NOT NULL,
  run_id uuid NOT NULL,
  data jsonb NOT NULL,
  actor_uid uuid,
  cancellation_key text COLLATE "C",
  triggered_at timestamptz NOT NULL,
  joined_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, recipient_run_id, recipient_id)
);

CREATE INDEX batch_items_of_batch
ON addressee.batch_items (environment_id, batch_id, joined_at);

CREATE INDEX batch_items_to_cancel
ON addressee.batch_items (environment_id, cancellation_key)
WHERE cancellation_key IS NOT NULL;

CREATE INDEX batch_items_of_actor
ON addressee.batch_items (environment_id, actor_uid)
WHERE actor_uid IS NOT NULL;
