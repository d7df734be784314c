-- What was passed over of writes whose answers have no place to say it, for those who ask why.
CREATE TABLE addressee.notices (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  request_id text NOT NULL,
  messages jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id)
);

CREATE INDEX notices_by_age
ON addressee.notices (recorded_at);
