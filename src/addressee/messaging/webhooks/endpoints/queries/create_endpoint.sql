-- Stores an endpoint, and returns it.
INSERT INTO addressee.webhook_endpoints (
  environment_id,
  id,
  url,
  description,
  types,
  form,
  sealed_secrets,
  created_at,
  updated_at
)
VALUES (
  :environment_id,
  :id,
  :url,
  :description,
  :types,
  :form,
  :sealed_secrets,
  :now,
  :now
)
RETURNING
  -- part: endpoint_columns
