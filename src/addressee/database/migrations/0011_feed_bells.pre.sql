-- Bells of feeds, one for each tenant of a recipient: the time of the newest message when the recipient last looked. Of items
-- that came later a client shows the number.
CREATE TABLE addressee.feed_bells (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  channel_id uuid NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  reset_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, recipient_id, uid, channel_id, tenant)
) WITH (fillfactor = 70);
