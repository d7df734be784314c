-- Endpoints of the product, which are told what happens, and what each is told: one row for each event and endpoint.

CREATE TABLE addressee.webhook_endpoints (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL,
  description text NOT NULL,
  -- Types of events, like message.sent; message.* means all that begin so, * all.
  types text[] COLLATE "C" NOT NULL,
  form text NOT NULL CHECK (form IN ('standard', 'knock')),
  -- A JSON list: the secret that signs, then those before it, until they expire.
  sealed_secrets bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- When deliveries began to fail without a success since, and until when nothing is tried.
  failing_since timestamptz,
  paused_until timestamptz,
  disabled_at timestamptz,
  disabled_for text CHECK (disabled_for IN ('by_hand', 'gone', 'failing')),
  PRIMARY KEY (environment_id, id)
);

-- An event that an endpoint is told of. Its body is made of what is stored when it is tried, so it holds no contents.
CREATE TABLE addressee.webhook_deliveries (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  endpoint_id uuid NOT NULL,
  -- Grows in the order of events of one recipient.
  position bigint GENERATED ALWAYS AS IDENTITY,
  -- What receivers know a repetition by.
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  collection text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  subject jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed', 'dropped')),
  attempts smallint NOT NULL DEFAULT 0,
  -- NULL: it is not tried any more.
  due_at timestamptz,
  PRIMARY KEY (environment_id, recipient_id, endpoint_id, position)
);

CREATE TABLE addressee.webhook_attempts (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  delivery_id uuid NOT NULL,
  number smallint NOT NULL,
  attempted_at timestamptz NOT NULL,
  milliseconds integer NOT NULL,
  -- The status that was answered, NULL when none was; `answer` is its beginning, or what went wrong.
  status smallint,
  answer text NOT NULL,
  PRIMARY KEY (environment_id, recipient_id, delivery_id, number, attempted_at)
);
