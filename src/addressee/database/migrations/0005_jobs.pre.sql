-- Background jobs in a table of our own. Processes of the version before keep to their library's tables, out of which
-- workers of this version take what waits; the post migration moves the rest and drops them.

-- A job is due at `due_at`. A worker that runs it holds a claim until `claimed_until`, which it keeps extending; a claim
-- that has run out is anybody's. `failures` counts those that a worker could record, and a job that failed too often is
-- held for an operator since `held_at`. Jobs of one lane are run one after the other, in the order of due_at and id.
CREATE TABLE addressee.jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  arguments bytea NOT NULL,
  lane text COLLATE "C",
  inserted_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL,
  claimed_by uuid,
  claimed_until timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_failure text,
  held_at timestamptz
)
-- No index holds what extending a claim changes: with room in the page it stays a cheap update.
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX jobs_due
ON addressee.jobs (name, due_at, id)
WHERE held_at IS NULL;

CREATE INDEX jobs_of_lane
ON addressee.jobs (lane, due_at, id)
WHERE lane IS NOT NULL AND held_at IS NULL;

CREATE INDEX jobs_running_of_lane
ON addressee.jobs (lane)
WHERE lane IS NOT NULL AND claimed_by IS NOT NULL;
