-- Who acted in batches, each person once: the newest ones of each batch, the newest first.
SELECT latest.batch_id,
       latest.run_id,
       latest.triggered_at,
       latest.actor,
       latest.terms
FROM unnest(:batch_ids::uuid[]) AS wanted (batch_id)
CROSS JOIN LATERAL (
  SELECT acting.*
  FROM (
    SELECT DISTINCT ON (coalesce(merges.primary_uid, items.actor_uid, items.run_id))
           items.batch_id,
           items.run_id,
           items.triggered_at,
           triggers.actor,
           triggers.terms
    FROM addressee.batch_items AS items
    JOIN addressee.workflow_runs AS triggers
      ON triggers.environment_id = items.environment_id
     AND triggers.id = items.run_id
    LEFT JOIN addressee.merges AS merges
      ON merges.environment_id = items.environment_id
     AND merges.secondary_uid = items.actor_uid
     AND merges.undone_at IS NULL
    WHERE items.environment_id = :environment_id
      AND items.batch_id = wanted.batch_id
      AND (items.actor_uid IS NOT NULL OR triggers.terms ? 'actor')
    ORDER BY coalesce(merges.primary_uid, items.actor_uid, items.run_id),
             items.triggered_at DESC,
             items.run_id DESC
  ) AS acting
  ORDER BY acting.triggered_at DESC,
           acting.run_id DESC
  LIMIT :limit
) AS latest
ORDER BY latest.batch_id,
         latest.triggered_at DESC,
         latest.run_id DESC
