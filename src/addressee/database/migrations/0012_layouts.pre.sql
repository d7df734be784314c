-- Layouts and partials, which an environment's workflows share: only as they are now. `partials` are the keys of those
-- that one renders itself, so that whoever reads it can read these with it.
CREATE TABLE addressee.shared_templates (
  environment_id smallint NOT NULL,
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL,
  content jsonb NOT NULL,
  partials text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, kind, key)
);
