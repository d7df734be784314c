-- Stores the contents of runs' attachments.
INSERT INTO addressee.attachments (environment_id, run_id, id, content)
SELECT *
FROM unnest(
  :contents.environment_id::smallint[],
  :contents.run_id::uuid[],
  :contents.id::uuid[],
  :contents.content::bytea[]
)
