-- Traffic: how often something happened in an environment, by minute, and by hour where minutes are no longer kept.

-- Every process adds to the row of the minute a few times: with room in the page these stay cheap updates.
CREATE TABLE addressee.minute_counts (
  environment_id smallint NOT NULL,
  minute timestamptz NOT NULL,
  name text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (environment_id, minute, name)
) WITH (fillfactor = 50);

CREATE TABLE addressee.hour_counts (
  environment_id smallint NOT NULL,
  hour timestamptz NOT NULL,
  name text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (environment_id, hour, name)
);

-- The number of the last flush that a process has added: a repeated one adds nothing.
CREATE TABLE addressee.count_flushes (
  process uuid PRIMARY KEY,
  number bigint NOT NULL,
  flushed_at timestamptz NOT NULL
) WITH (fillfactor = 50);
