-- Stores where runs' attachments are fetched from.
INSERT INTO addressee.attachment_links (environment_id, run_id, id, url, described_type, required)
SELECT *
FROM unnest(
  :links.environment_id::smallint[],
  :links.run_id::uuid[],
  :links.id::uuid[],
  :links.url::text[],
  :links.described_type::text[],
  :links.required::boolean[]
)
