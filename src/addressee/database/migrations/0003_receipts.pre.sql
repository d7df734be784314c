-- The answers to requests under keys that their callers chose, kept in the transaction of what they answer.

CREATE TABLE addressee.receipts (
  environment_id smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  request_id text NOT NULL,
  status smallint NOT NULL,
  body bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);

CREATE INDEX receipts_by_age
ON addressee.receipts (recorded_at);

-- A bulk call may go on after its answer: `total` is then how many rows are done, `rest` what is left to do.
-- `failed_at` is when the last attempt failed.
ALTER TABLE addressee.bulk_operations
ALTER COLUMN completed_at DROP NOT NULL,
ADD COLUMN failed_at timestamptz,
ADD COLUMN rest jsonb;

CREATE INDEX edit_receipts_by_age
ON addressee.edit_receipts (recorded_at);

CREATE INDEX bulk_operations_by_age
ON addressee.bulk_operations (started_at);
