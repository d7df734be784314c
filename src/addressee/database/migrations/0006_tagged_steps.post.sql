-- No code of the version before is left to read steps without a tag: all are stored with one from now on.

-- Nobody stores a version meanwhile; runs go on reading them.
LOCK TABLE addressee.workflow_versions IN SHARE ROW EXCLUSIVE MODE;

UPDATE addressee.workflow_versions AS versions
SET content = jsonb_set(
  versions.content,
  '{steps}',
  (
    SELECT coalesce(
             jsonb_agg(
               CASE jsonb_typeof(steps.step)
                 WHEN 'array' THEN jsonb_build_object('type', 'delay', 'ref', steps.step -> 0, 'wait', steps.step -> 1)
                 ELSE '{"type": "channel"}' || steps.step
               END
               ORDER BY steps.position
             ),
             '[]'
           )
    FROM jsonb_array_elements(versions.content -> 'steps') WITH ORDINALITY AS steps (step, position)
  )
);

DROP TRIGGER store_steps_untagged ON addressee.workflow_versions;

DROP FUNCTION addressee.store_steps_untagged();
