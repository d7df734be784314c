-- Finds the runs of an actor who was deleted: what they said to others names the actor.

CREATE INDEX workflow_runs_of_actor
ON addressee.workflow_runs (environment_id, (actor ->> 2), id)
WHERE actor IS NOT NULL;
