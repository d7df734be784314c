-- The pages of a run that have not begun, held against beginning until the transaction ends.
SELECT page,
       recipients
FROM addressee.run_pages
WHERE environment_id = :environment_id
  AND run_id = :run_id
ORDER BY page
FOR UPDATE
