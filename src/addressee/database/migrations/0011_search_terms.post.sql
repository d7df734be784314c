-- No process is left that writes recipients without their terms: those stored before are indexed by jobs.
INSERT INTO addressee.jobs (name, arguments, due_at)
SELECT 'index_recipients',
       convert_to(jsonb_build_object('environment_id', id)::text, 'UTF8'),
       now()
FROM addressee.environments
WHERE EXISTS (
  SELECT
  FROM addressee.recipients
  WHERE environment_id = environments.id
)
ORDER BY id;
