-- Stores a translation, or what it says now.
INSERT INTO addressee.translations (
  environment_id,
  tag,
  namespace,
  locale,
  format,
  content,
  texts,
  created_at,
  updated_at
)
VALUES (
  :environment_id,
  :tag,
  :namespace,
  :locale,
  :format,
  :content,
  :texts,
  :now,
  :now
)
ON CONFLICT (environment_id, tag, namespace) DO UPDATE
SET locale = excluded.locale,
    format = excluded.format,
    content = excluded.content,
    texts = excluded.texts,
    updated_at = excluded.updated_at
