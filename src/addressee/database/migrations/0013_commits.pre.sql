-- The documents of workflows, layouts, partials, … as they were pushed. The newest commit of one is what is live, a
-- draft what was pushed since and is not live yet. `document` is JSON whose keys keep their order. `files` are the texts
-- of the files that it was read from, by their paths in the pushed folder; NULL when it did not come from files.
CREATE TABLE addressee.commits (
  environment_id smallint NOT NULL,
  -- A UUIDv7, or the one after that of the commit before: commits of a resource are in the order of their ids.
  id uuid NOT NULL,
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL,
  document json NOT NULL,
  files json,
  author text NOT NULL,
  message text NOT NULL,
  -- The commit of another environment that this one repeats.
  promoted_from uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id)
);

CREATE INDEX commits_of_resource ON addressee.commits (environment_id, kind, key, id);

CREATE TABLE addressee.drafts (
  environment_id smallint NOT NULL,
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL,
  document json NOT NULL,
  files json,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, kind, key)
);
