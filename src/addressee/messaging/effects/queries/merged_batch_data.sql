-- Merges the data of batches' items: of each name at the top the newest value, without lists, mappings and long texts.
SELECT newest.batch_id,
       jsonb_object_agg(newest.key, newest.value) AS data
FROM (
  SELECT DISTINCT ON (items.batch_id, fields.key)
         items.batch_id,
         fields.key,
         fields.value
  FROM addressee.batch_items AS items
  LEFT JOIN addressee.workflow_runs AS triggers
    ON triggers.environment_id = items.environment_id
   AND triggers.id = items.run_id
  CROSS JOIN LATERAL jsonb_each(coalesce(triggers.data, '{}') || items.data) AS fields (key, value)
  WHERE items.environment_id = :environment_id
    AND items.batch_id = ANY(:batch_ids::uuid[])
    AND jsonb_typeof(fields.value) NOT IN ('object', 'array')
    AND (jsonb_typeof(fields.value) <> 'string' OR char_length(fields.value #>> '{}') <= :max_text)
  ORDER BY items.batch_id,
           fields.key,
           items.triggered_at DESC,
           items.run_id DESC
) AS newest
GROUP BY newest.batch_id
