-- First and last names that Knock's clients stored as properties are attributes, as they are when they are stored now.

-- The version moves on, so that a writer who has read the row before reads it again.
UPDATE addressee.recipients AS recipients
SET attributes = moved.names || coalesce(recipients.attributes, '{}'),
    properties = recipients.properties - ARRAY['first_name', 'last_name'],
    version = recipients.version + 1
FROM (
  SELECT named.environment_id,
         named.collection,
         named.id,
         jsonb_object_agg(entries.name, entries.value) AS names
  FROM addressee.recipients AS named
  CROSS JOIN LATERAL jsonb_each(named.properties) AS entries (name, value)
  WHERE entries.name IN ('first_name', 'last_name')
  GROUP BY named.environment_id,
           named.collection,
           named.id
  HAVING bool_and(jsonb_typeof(entries.value) IN ('string', 'null'))
) AS moved
WHERE recipients.environment_id = moved.environment_id
  AND recipients.collection = moved.collection
  AND recipients.id = moved.id
  AND recipients.deleted_at IS NULL
  AND (recipients.collection = '$users' OR recipients.collection NOT LIKE '$%');
