-- The texts of the files of variables, categories and preferences as they were pushed, by their paths in the pushed
-- folder; `document` is what was stored of them.
CREATE TABLE addressee.pushed_files (
  environment_id smallint NOT NULL,
  -- The name of the file: `variables.yaml`.
  name text COLLATE "C" NOT NULL,
  document json NOT NULL,
  files json NOT NULL,
  PRIMARY KEY (environment_id, name)
);
