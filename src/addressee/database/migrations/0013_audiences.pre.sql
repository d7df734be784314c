-- Audiences that files define, only as they are now. Members who are added subscribe to an object of the directory.
CREATE TABLE addressee.audiences (
  environment_id smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  type text NOT NULL CHECK (type IN ('static', 'dynamic')),
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);

-- Groups of channels, of which steps name one in place of a channel; only as they are now.
CREATE TABLE addressee.channel_groups (
  environment_id smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);
