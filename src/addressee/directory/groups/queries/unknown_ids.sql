-- Those of a collection's ids under which nobody lives.
SELECT asked.id
FROM unnest($3::text[]) AS asked (id)
WHERE (
  SELECT recipients.deleted_at IS NULL
  FROM addressee.recipients AS recipients
  WHERE recipients.environment_id = $1
    AND recipients.collection = $2
    AND recipients.id = asked.id
) IS NOT TRUE
