-- Stores drafts of resources, in the place of those that there are.
INSERT INTO addressee.drafts (environment_id, kind, key, document, files, author, created_at, updated_at)
SELECT :environment_id,
       drafts.kind,
       drafts.key,
       drafts.document::json,
       drafts.files::json,
       :author,
       :now,
       :now
FROM unnest(
  :drafts.kind::text[],
  :drafts.key::text[],
  :drafts.document::text[],
  :drafts.files::text[]
) AS drafts (kind, key, document, files)
ON CONFLICT (environment_id, kind, key) DO UPDATE
SET document = excluded.document,
    files = excluded.files,
    author = excluded.author,
    updated_at = excluded.updated_at
