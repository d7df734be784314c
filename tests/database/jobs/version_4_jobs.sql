-- The queue of the version before, as far as jobs are read from it.
CREATE SCHEMA addressee_jobs;
CREATE TYPE addressee_jobs.pgqueuer_status AS ENUM (
  'queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed'
);
CREATE TABLE addressee_jobs.pgqueuer (
  id bigserial PRIMARY KEY,
  created timestamptz NOT NULL DEFAULT now(),
  updated timestamptz NOT NULL DEFAULT now(),
  heartbeat timestamptz NOT NULL DEFAULT now(),
  execute_after timestamptz NOT NULL DEFAULT now(),
  status addressee_jobs.pgqueuer_status NOT NULL,
  entrypoint text NOT NULL,
  payload bytea,
  attempts integer NOT NULL DEFAULT 0
);
