-- Pages of runs whose recipients wait for their first steps: their runs are stored once these have been taken.
CREATE TABLE addressee.run_pages (
  environment_id smallint NOT NULL,
  run_id uuid NOT NULL,
  page integer NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  cancellation_key text COLLATE "C",
  recipients bytea NOT NULL,
  inserted_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, run_id, page)
);

CREATE INDEX run_pages_to_cancel
ON addressee.run_pages (environment_id, workflow, cancellation_key)
WHERE cancellation_key IS NOT NULL;
