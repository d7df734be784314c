-- Who is told when something is told to an object.

-- Both sides are named by place and identity: a row whose uid is not the one at the place means nothing any more, and
-- is not in the way of who has the id now.
CREATE TABLE addressee.subscriptions (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  object_uid uuid NOT NULL,
  recipient_collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  recipient_uid uuid NOT NULL,
  id uuid NOT NULL,
  properties jsonb NOT NULL,
  inserted_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (
    environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid
  )
);

CREATE INDEX subscriptions_of_object
ON addressee.subscriptions (environment_id, collection, object_id, object_uid, id);

CREATE INDEX subscriptions_of_recipient
ON addressee.subscriptions (environment_id, recipient_collection, recipient_id, recipient_uid, id);

-- How many subscribers an object has is the sum of its slots, so that adding many at once waits for no single row.
CREATE TABLE addressee.subscription_counts (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  object_uid uuid NOT NULL,
  slot smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (environment_id, collection, object_id, object_uid, slot)
);
