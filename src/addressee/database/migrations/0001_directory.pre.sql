-- Environments, keys, recipients and their history.

CREATE TABLE addressee.installation (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  master_key_check bytea NOT NULL
);

CREATE TABLE addressee.environments (
  id smallint PRIMARY KEY,
  uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO addressee.environments (id, name)
VALUES (1, 'development'), (2, 'staging'), (3, 'production');

CREATE TABLE addressee.keys (
  id uuid PRIMARY KEY,
  environment_id smallint NOT NULL REFERENCES addressee.environments,
  kind text NOT NULL CHECK (kind IN ('secret', 'public', 'workspace')),
  hash bytea NOT NULL,
  hint text NOT NULL,
  sealed_secret bytea,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  UNIQUE (kind, hash)
);

-- A bearer token says which key it is, but not of which kind.
CREATE UNIQUE INDEX keys_by_token
ON addressee.keys (hash)
WHERE kind IN ('secret', 'public');

-- One row is one recipient. The documents are nullable for one reason: the writer sends NULL for a document
-- that did not change, and an INSERT ... ON CONFLICT checks NOT NULL before it looks for the conflict.
CREATE TABLE addressee.recipients (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  version bigint NOT NULL,
  attributes jsonb,
  properties jsonb,
  addresses jsonb,
  channel_data jsonb,
  preferences jsonb,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  format smallint NOT NULL,
  PRIMARY KEY (environment_id, collection, id)
) WITH (fillfactor = 80);

CREATE INDEX recipients_in_order
ON addressee.recipients (environment_id, collection, uid)
WHERE deleted_at IS NULL;

-- A write may hold several edits: `ordinal` counts them within the version.
CREATE TABLE addressee.changes (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  ordinal smallint NOT NULL,
  recorded_at timestamptz NOT NULL,
  uid uuid NOT NULL,
  edit text NOT NULL,
  key_id uuid,
  request_id text,
  before jsonb,
  after jsonb,
  PRIMARY KEY (environment_id, collection, id, version, ordinal, recorded_at)
) PARTITION BY RANGE (recorded_at);

CREATE TABLE addressee.changes_default PARTITION OF addressee.changes DEFAULT;

-- That an edit under a caller's key was applied, so that its repetition changes nothing.
CREATE TABLE addressee.edit_receipts (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, collection, id, key)
);

-- Bulk calls: the writer has finished when the caller is answered, the outcome stays readable.
CREATE TABLE addressee.bulk_operations (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  total integer NOT NULL,
  failures jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  completed_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id)
);
