-- What runs wait for: one row for each event that ends a wait. The recipient is whose events count: a merge changes it,
-- while the run stays with `own_id` and `own_uid`. Conditions that are null are always true, as a tenant that is null is
-- any.
CREATE TABLE addressee.waits (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  type text NOT NULL,
  name text COLLATE "C" NOT NULL,
  recipient_run_id uuid NOT NULL,
  ordinal smallint NOT NULL,
  own_id text COLLATE "C" NOT NULL,
  own_uid uuid NOT NULL,
  run_id uuid NOT NULL,
  page integer NOT NULL,
  step smallint NOT NULL,
  ref text NOT NULL,
  tenant text COLLATE "C",
  conditions jsonb,
  began_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, recipient_id, uid, type, name, recipient_run_id, step, ordinal)
);

CREATE INDEX waits_of_runs ON addressee.waits (environment_id, recipient_run_id);

CREATE INDEX waits_by_expiry ON addressee.waits (expires_at);
