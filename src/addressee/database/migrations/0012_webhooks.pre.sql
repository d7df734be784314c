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
  -- The deliveries that failed in a row since then; it means nothing without failing_since.
  failures smallint NOT NULL DEFAULT 0,
  -- Until when the job that delivers to it is queued or at work: no other one is queued.
  queued_until timestamptz,
  PRIMARY KEY (environment_id, id)
);

-- An event that an endpoint is told of. Its body is made of what is stored when it is tried, so it holds no contents.
CREATE TABLE addressee.webhook_deliveries (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  endpoint_id uuid NOT NULL,
  -- Grows in the order of events of one recipient.
  position bigint GENERATED ALWAYS AS IDENTITY,
  -- What receivers know a repetition by: a UUIDv7 that holds the time and the position, so that it sorts by both.
  id uuid NOT NULL GENERATED ALWAYS AS (
    (
      lpad(to_hex(floor(extract(epoch FROM occurred_at AT TIME ZONE 'UTC') * 1000)::bigint), 12, '0')
      || '70008'
      || lpad(to_hex(position), 15, '0')
    )::uuid
  ) STORED,
  collection text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  subject jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- When somebody had it sent again.
  again_at timestamptz,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed', 'dropped')),
  attempts smallint NOT NULL DEFAULT 0,
  -- NULL: it is not tried any more.
  due_at timestamptz,
  PRIMARY KEY (environment_id, recipient_id, endpoint_id, position)
);

-- Lists of an endpoint's deliveries, and single ones.
CREATE INDEX webhook_deliveries_of_endpoint ON addressee.webhook_deliveries (environment_id, endpoint_id, id);

CREATE INDEX webhook_deliveries_failed ON addressee.webhook_deliveries (environment_id, endpoint_id, id)
  WHERE status = 'failed';

-- What is due, and what each recipient's line holds, in its order.
CREATE INDEX webhook_deliveries_due ON addressee.webhook_deliveries (environment_id, endpoint_id, due_at, position)
  WHERE due_at IS NOT NULL;

CREATE INDEX webhook_deliveries_lines
  ON addressee.webhook_deliveries (environment_id, endpoint_id, recipient_id, position)
  WHERE due_at IS NOT NULL;

-- Rows come in the order of time, so that ranges of pages tell enough of what has expired.
CREATE INDEX webhook_deliveries_by_time ON addressee.webhook_deliveries USING brin (occurred_at);

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
