-- Operators: people who look at environments and change them by the dashboard, with their roles and sessions.

CREATE TABLE addressee.operators (
  id uuid PRIMARY KEY,
  email text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  password_hash text,
  sealed_totp bytea,
  -- The last period of which a one-time password was used: each is taken once.
  totp_period bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz
);

CREATE TABLE addressee.operator_roles (
  operator_id uuid NOT NULL REFERENCES addressee.operators ON DELETE CASCADE,
  environment_id smallint NOT NULL REFERENCES addressee.environments,
  role text NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
  PRIMARY KEY (operator_id, environment_id)
);

CREATE TABLE addressee.operator_sessions (
  hash bytea PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES addressee.operators ON DELETE CASCADE,
  began_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  address text NOT NULL,
  user_agent text NOT NULL
);

CREATE INDEX operator_sessions_of_operator
ON addressee.operator_sessions (operator_id);

CREATE TABLE addressee.operator_invitations (
  hash bytea PRIMARY KEY,
  email text COLLATE "C" NOT NULL,
  name text NOT NULL,
  roles jsonb NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Failed tries to sign in, by account and by address of the network, and when the next one may be made.
CREATE TABLE addressee.sign_in_tries (
  who text COLLATE "C" PRIMARY KEY,
  failures integer NOT NULL,
  failed_at timestamptz NOT NULL,
  free_at timestamptz NOT NULL
);
