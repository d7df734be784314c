-- Attachments that are fetched from a URL when they are sent: where from, until that is done; who fetches one at this
-- moment; and why it failed last. The content is stored like that of any other attachment.
CREATE TABLE addressee.attachment_links (
  environment_id smallint NOT NULL,
  run_id uuid NOT NULL,
  id uuid NOT NULL,
  url text,
  described_type text NOT NULL,
  required boolean NOT NULL,
  claimed_until timestamptz,
  failure text,
  reason text,
  failed_until timestamptz,
  name text,
  content_type text,
  PRIMARY KEY (environment_id, run_id, id)
);
