-- Steps of stored workflows say of which kind they are: {"type": "delay", "ref": …, "wait": …}. Before, a channel step had no
-- tag, and a delay was an array of its ref and its wait.

-- Code of the version before reads what this version stores, so until the post migration both kinds are stored as before.
CREATE FUNCTION addressee.store_steps_untagged() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.content := jsonb_set(
    NEW.content,
    '{steps}',
    (
      SELECT coalesce(
               jsonb_agg(
                 CASE steps.step ->> 'type'
                   WHEN 'delay' THEN jsonb_build_array(steps.step -> 'ref', steps.step -> 'wait')
                   WHEN 'channel' THEN steps.step - 'type'
                   ELSE steps.step
                 END
                 ORDER BY steps.position
               ),
               '[]'
             )
      FROM jsonb_array_elements(NEW.content -> 'steps') WITH ORDINALITY AS steps (step, position)
    )
  );
  RETURN NEW;
END
$$;

CREATE TRIGGER store_steps_untagged
BEFORE INSERT ON addressee.workflow_versions
FOR EACH ROW EXECUTE FUNCTION addressee.store_steps_untagged();
