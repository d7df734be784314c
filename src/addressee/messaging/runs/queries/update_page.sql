-- Keeps which recipients of a page still wait to begin.
UPDATE addressee.run_pages
SET recipients = :recipients
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
