-- Stores a layout or a partial, or what it says now.
INSERT INTO addressee.shared_templates (
  environment_id,
  kind,
  key,
  content,
  partials,
  namespaces,
  created_at,
  updated_at
)
VALUES (
  :environment_id,
  :kind,
  :key,
  :content,
  :partials,
  :namespaces,
  :now,
  :now
)
ON CONFLICT (environment_id, kind, key) DO UPDATE
SET content = excluded.content,
    partials = excluded.partials,
    namespaces = excluded.namespaces,
    updated_at = excluded.updated_at
