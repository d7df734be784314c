-- Changes what is given of an endpoint, and returns it. Another URL, and being enabled again, end a time of failures.
UPDATE addressee.webhook_endpoints
SET url = coalesce(:url, url),
    description = coalesce(:description, description),
    types = coalesce(:types, types),
    failing_since = CASE WHEN :url <> url THEN NULL ELSE failing_since END,
    paused_until = CASE WHEN :url <> url THEN NULL ELSE paused_until END,
    updated_at = :now
WHERE environment_id = :environment_id
  AND id = :id
RETURNING
  -- part: endpoint_columns
