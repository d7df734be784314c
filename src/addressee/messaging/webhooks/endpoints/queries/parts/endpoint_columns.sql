-- The columns of an endpoint, without its secrets.
id,
url,
description,
types,
form,
created_at,
updated_at,
failing_since,
paused_until,
disabled_at,
disabled_for
