-- How many items batches have, and when the newest one joined.
SELECT batch_id,
       count(*) AS items,
       max(joined_at) AS newest
FROM addressee.batch_items
WHERE environment_id = :environment_id
  AND batch_id = ANY(:batch_ids::uuid[])
GROUP BY batch_id
