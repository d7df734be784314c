-- Pages that have not begun, with their recipients (null: too many) and since when these wait.
SELECT pages.environment_id,
       pages.run_id,
       pages.page,
       CASE WHEN octet_length(pages.recipients) <= :max_bytes THEN pages.recipients END AS recipients,
       pages.inserted_at
FROM unnest(
  :pages.environment_id::smallint[],
  :pages.run_id::uuid[],
  :pages.page::int[]
) AS wanted (environment_id, run_id, page)
JOIN addressee.run_pages AS pages
  ON pages.environment_id = wanted.environment_id
 AND pages.run_id = wanted.run_id
 AND pages.page = wanted.page
