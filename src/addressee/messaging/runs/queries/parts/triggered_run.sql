-- What a list of triggers shows of each.
SELECT runs.id,
       runs.workflow,
       runs.version_id,
       runs.tenant,
       runs.actor,
       runs.source,
       runs.cancellation_key,
       runs.sandbox,
       runs.inserted_at,
       runs.recipients <> '[]'
         OR EXISTS (
           SELECT
           FROM addressee.run_pages AS pages
           WHERE pages.environment_id = runs.environment_id
             AND pages.run_id = runs.id
         )
         OR EXISTS (
           SELECT
           FROM addressee.run_fanouts AS fanouts
           WHERE fanouts.environment_id = runs.environment_id
             AND fanouts.run_id = runs.id
             AND fanouts.cursor IS NOT NULL
         ) AS has_more
FROM addressee.workflow_runs AS runs
