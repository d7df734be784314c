-- The terms by which recipients are found: names, e-mail addresses, numbers, and digests of other addresses.
-- A row is removed by whoever knows its term, so the table needs no index by recipient.
CREATE TABLE addressee.search_terms (
  environment_id smallint NOT NULL,
  term text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (environment_id, term, collection, id)
);
