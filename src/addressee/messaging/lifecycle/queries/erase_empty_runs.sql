-- Deletes triggers that nobody is left of: their data was about those who are gone. A group (`groups`: the collections of
-- these) that has members to tell has no run of its own.
DELETE FROM addressee.workflow_runs AS runs
USING unnest(:triggers.environment_id::smallint[], :triggers.run_id::uuid[]) AS left_behind (environment_id, id)
WHERE runs.environment_id = left_behind.environment_id
  AND runs.id = left_behind.id
  AND runs.recipients = '[]'
  AND NOT EXISTS (
    SELECT
    FROM addressee.recipient_runs AS others
    WHERE others.environment_id = runs.environment_id
      AND others.run_id = runs.id
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.run_pages AS pages
    WHERE pages.environment_id = runs.environment_id
      AND pages.run_id = runs.id
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.run_fanouts AS fanouts
    WHERE fanouts.environment_id = runs.environment_id
      AND fanouts.run_id = runs.id
      AND fanouts.collection = ANY(:groups::text[])
  )
