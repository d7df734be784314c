-- Versions of workflows.
SELECT id,
       content
FROM addressee.workflow_versions
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
