-- Lifts suppressions that have one of these reasons, and returns them.
DELETE FROM addressee.suppressions AS suppressions
USING unnest(:positions.kind::text[], :positions.key::text[]) AS positions (kind, key)
WHERE suppressions.environment_id = :environment_id
  AND suppressions.kind = positions.kind
  AND suppressions.key = positions.key
  AND suppressions.reason = ANY(:reasons::text[])
RETURNING suppressions.kind,
          suppressions.key,
          suppressions.reason,
          suppressions.created_at,
          suppressions.details,
          suppressions.channel_id,
          suppressions.message_id
