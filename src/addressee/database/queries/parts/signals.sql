-- Queues what of `happened` somebody waits for: one job for each environment.
INSERT INTO addressee.jobs (name, arguments, due_at)
SELECT 'end_waits',
       convert_to(
         jsonb_build_object(
           'environment_id', happened.environment_id,
           'signals', jsonb_agg(to_jsonb(happened) - 'environment_id')
         )::text,
         'UTF8'
       ),
       now()
FROM happened
WHERE EXISTS (
  SELECT
  FROM addressee.waits
  WHERE waits.environment_id = happened.environment_id
    AND waits.recipient_id = happened.recipient_id
    AND waits.uid = happened.uid
    AND waits.type = happened.type
    AND waits.name = happened.name
)
GROUP BY happened.environment_id
