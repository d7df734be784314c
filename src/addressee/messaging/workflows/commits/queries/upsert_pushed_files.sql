-- Stores the files of variables, categories and preferences, in the place of those that there are.
INSERT INTO addressee.pushed_files (environment_id, name, document, files)
SELECT :environment_id,
       pushed.name,
       pushed.document::json,
       pushed.files::json
FROM unnest(
  :pushed.name::text[],
  :pushed.document::text[],
  :pushed.files::text[]
) AS pushed (name, document, files)
ON CONFLICT (environment_id, name) DO UPDATE
SET document = excluded.document,
    files = excluded.files
