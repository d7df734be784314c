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

-- A bulk call may go on after its answer: `completed_at` and `failed_at` say that it does not, `processed` how many
-- rows are done (null: all of `total`).
ALTER TABLE addressee.bulk_operations
ALTER COLUMN completed_at DROP NOT NULL,
ADD COLUMN failed_at timestamptz,
ADD COLUMN processed integer;
