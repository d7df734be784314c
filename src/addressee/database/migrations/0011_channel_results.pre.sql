-- How many messages providers took of each channel in each minute of the last day, and how many failed in which way.
CREATE TABLE addressee.channel_results (
  environment_id smallint NOT NULL,
  channel_id uuid NOT NULL,
  minute timestamptz NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  PRIMARY KEY (environment_id, channel_id, minute, outcome)
) WITH (fillfactor = 70);
