-- Translations: the texts of a locale in a namespace, which is empty for those without one. `content` is what was
-- pushed, `texts` the same by key. `tag` is the locale as it is compared, in small letters.
CREATE TABLE addressee.translations (
  environment_id smallint NOT NULL,
  tag text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  locale text NOT NULL,
  format text NOT NULL,
  content text NOT NULL,
  texts jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, tag, namespace)
);

-- The namespaces in which a layout or a partial looks up texts itself.
ALTER TABLE addressee.shared_templates
  ADD COLUMN namespaces text[] NOT NULL DEFAULT '{}';
