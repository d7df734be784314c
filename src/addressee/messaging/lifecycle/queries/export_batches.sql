-- A page of one identity's batches that have not closed, with what they have collected, after the row with a key.
SELECT jsonb_build_array(batches.id) AS key,
       to_jsonb(batches) - '{environment_id,collection,recipient_id,uid,united_into}'::text[]
         || jsonb_build_object('items', (
              SELECT coalesce(
                jsonb_agg(
                  jsonb_build_object(
                    'recipient_run_id', items.recipient_run_id,
                    'data', coalesce(triggers.data, '{}') || items.data,
                    'triggered_at', items.triggered_at
                  )
                  ORDER BY items.triggered_at, items.run_id
                ),
                '[]'
              )
              FROM addressee.batch_items AS items
              LEFT JOIN addressee.workflow_runs AS triggers
                ON triggers.environment_id = items.environment_id
               AND triggers.id = items.run_id
              WHERE items.environment_id = batches.environment_id
                AND items.batch_id = batches.id
            )) AS document
FROM addressee.batches AS batches
WHERE batches.environment_id = :environment_id
  AND batches.collection = :collection
  AND batches.recipient_id = :id
  AND batches.uid = :uid
  AND batches.closed_at IS NULL
  AND batches.id > coalesce((:key::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY batches.id
LIMIT :limit
