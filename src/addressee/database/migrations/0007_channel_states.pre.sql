-- How sending through each channel goes, for all workers: pauses, the rate, and how many addresses were dead lately.
CREATE TABLE addressee.channel_states (
  environment_id smallint NOT NULL,
  channel_id uuid NOT NULL,
  paused_for text,
  paused_at timestamptz,
  paused_until timestamptz,
  pauses int NOT NULL DEFAULT 0,
  failures int NOT NULL DEFAULT 0,
  tokens_at timestamptz,
  queue_at timestamptz,
  sent_at timestamptz,
  minute_at timestamptz,
  tried int NOT NULL DEFAULT 0,
  dead int NOT NULL DEFAULT 0,
  addresses_kept_until timestamptz,
  PRIMARY KEY (environment_id, channel_id)
) WITH (fillfactor = 50);

-- The messages that are on their way through channels of limited concurrency.
CREATE TABLE addressee.channel_slots (
  environment_id smallint NOT NULL,
  channel_id uuid NOT NULL,
  slot int NOT NULL,
  held_until timestamptz NOT NULL,
  PRIMARY KEY (environment_id, channel_id, slot)
) WITH (fillfactor = 50);
