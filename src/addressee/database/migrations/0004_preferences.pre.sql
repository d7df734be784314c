-- What recipients of an environment choose among: sections of categories.
CREATE TABLE addressee.preference_categories (
  environment_id smallint PRIMARY KEY,
  sections jsonb NOT NULL
);
