-- The ids of a collection among these that no living recipient has.
SELECT asked.id
FROM unnest(:ids::text[]) AS asked (id)
WHERE (
  SELECT recipients.deleted_at IS NULL
  FROM addressee.recipients AS recipients
  WHERE recipients.environment_id = :environment_id
    AND recipients.collection = :collection
    AND recipients.id = asked.id
) IS NOT TRUE
