-- How many of a recipient's runs have passed the throttles of a scope in a window, and when that ends; null: never.
CREATE TABLE addressee.throttles (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  passed int NOT NULL,
  ends_at timestamptz,
  PRIMARY KEY (environment_id, recipient_id, uid, name, key)
) WITH (fillfactor = 70);

CREATE INDEX throttles_by_end
ON addressee.throttles (ends_at)
WHERE ends_at IS NOT NULL;
