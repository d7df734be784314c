-- The attachments of a run's e-mails: the run names them, their contents stand apart until everything was sent.
ALTER TABLE addressee.workflow_runs ADD COLUMN attachments jsonb;

CREATE TABLE addressee.attachments (
  environment_id smallint NOT NULL,
  run_id uuid NOT NULL,
  id uuid NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (environment_id, run_id, id)
);
