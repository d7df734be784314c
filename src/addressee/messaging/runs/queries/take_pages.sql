-- Ends the waiting of pages, and returns those of their recipients that nobody has cancelled meanwhile. Whoever cancels
-- holds the pages of runs in the order of these.
WITH held AS (
  SELECT run_id,
         page
  FROM addressee.run_pages
  WHERE environment_id = :environment_id
    AND (run_id, page) IN (SELECT * FROM unnest(:run_ids::uuid[], :pages::int[]))
  ORDER BY run_id, page
  FOR UPDATE
)
DELETE FROM addressee.run_pages AS pages
USING held
WHERE pages.environment_id = :environment_id
  AND pages.run_id = held.run_id
  AND pages.page = held.page
RETURNING pages.run_id,
          pages.page,
          pages.recipients,
          pages.inserted_at
