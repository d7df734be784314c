-- Whose a push token is, and how many recipients a collection has.

-- `digest` is the SHA-256 of the token. `former_…` is who had it before, so that the statement which gives it to
-- somebody else can say from whom, whoever else asks for it at the same moment; it is null again when that commits.
CREATE TABLE addressee.push_tokens (
  environment_id smallint NOT NULL,
  digest bytea NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  former_collection text COLLATE "C",
  former_id text COLLATE "C",
  former_uid uuid,
  PRIMARY KEY (environment_id, digest)
);

-- How many recipients live in a collection is the sum of its slots, so that who creates many at once waits for no
-- single row. Those who were there before are added once no process of the version before is left.
CREATE TABLE addressee.recipient_counts (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  slot smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (environment_id, collection, slot)
) WITH (fillfactor = 50);
