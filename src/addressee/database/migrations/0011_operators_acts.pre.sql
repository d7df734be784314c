-- Acts: what operators did, to which recipient or thing. Those of no environment are about accounts.

CREATE TABLE addressee.operator_acts (
  id uuid PRIMARY KEY,
  environment_id smallint REFERENCES addressee.environments,
  operator_id uuid NOT NULL REFERENCES addressee.operators,
  name text NOT NULL,
  collection text COLLATE "C",
  subject text COLLATE "C",
  detail jsonb NOT NULL,
  at timestamptz NOT NULL
);

CREATE INDEX operator_acts_of_environment
ON addressee.operator_acts (environment_id, id);

CREATE INDEX operator_acts_of_subject
ON addressee.operator_acts (environment_id, collection, subject, id)
WHERE subject IS NOT NULL;

CREATE INDEX operator_acts_of_operator
ON addressee.operator_acts (operator_id, id);
