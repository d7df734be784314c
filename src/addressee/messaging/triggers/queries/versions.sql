-- Versions of workflows.
SELECT versions.environment_id,
       versions.id,
       versions.content
FROM addressee.workflow_versions AS versions
JOIN unnest(:versions.environment_id::smallint[], :versions.id::uuid[]) AS wanted (environment_id, id)
  ON versions.environment_id = wanted.environment_id
 AND versions.id = wanted.id
