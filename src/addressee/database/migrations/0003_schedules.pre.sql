-- Workflows that run by the clock. `next_occurrence_at` is null when there is none.

CREATE TABLE addressee.schedules (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  tenant text COLLATE "C",
  actor jsonb,
  data jsonb NOT NULL,
  repeats jsonb NOT NULL,
  scheduled_at timestamptz,
  ending_at timestamptz,
  next_occurrence_at timestamptz,
  last_occurrence_at timestamptz,
  inserted_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, id, recipient_id)
);

CREATE INDEX schedules_due
ON addressee.schedules (next_occurrence_at)
WHERE next_occurrence_at IS NOT NULL;

CREATE INDEX schedules_of_recipient
ON addressee.schedules (environment_id, recipient_id, uid, id);

CREATE INDEX schedules_of_workflow
ON addressee.schedules (environment_id, workflow, id);
