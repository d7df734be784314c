coalesce(
  (arguments ->> 'environment_id')::smallint,
  (
    SELECT CASE WHEN count(DISTINCT person -> 0) = 1 THEN min((person ->> 0)::smallint) END
    FROM jsonb_array_elements(arguments -> 'people') AS people (person)
  )
)
