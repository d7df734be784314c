-- Who was deleted and left a history: messages and runs that stay, under an identity that nobody has any more.

CREATE TABLE addressee.departed (
  environment_id smallint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  departed_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, collection, id, uid)
);
