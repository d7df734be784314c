-- Secrets that fetch steps may use, sealed: a copy of the database alone does not reveal them.
CREATE TABLE addressee.secrets (
  environment_id smallint NOT NULL,
  name text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, name)
);
