-- Stores commits of resources, in the order of their ids.
INSERT INTO addressee.commits (
  environment_id,
  id,
  kind,
  key,
  document,
  files,
  author,
  message,
  promoted_from,
  created_at
)
SELECT :environment_id,
       commits.id,
       commits.kind,
       commits.key,
       commits.document::json,
       commits.files::json,
       :author,
       :message,
       commits.promoted_from,
       :now
FROM unnest(
  :commits.id::uuid[],
  :commits.kind::text[],
  :commits.key::text[],
  :commits.document::text[],
  :commits.files::text[],
  :commits.promoted_from::uuid[]
) AS commits (id, kind, key, document, files, promoted_from)
