-- The recipients of a page whose runs have not begun, and since when they wait.
SELECT recipients,
       inserted_at
FROM addressee.run_pages
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
