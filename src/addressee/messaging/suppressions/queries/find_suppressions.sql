-- Those of these addresses that are suppressed.
SELECT suppressions.kind,
       suppressions.key,
       suppressions.reason,
       suppressions.created_at,
       suppressions.details,
       suppressions.channel_id,
       suppressions.message_id
FROM unnest(:positions.kind::text[], :positions.key::text[]) AS positions (kind, key)
JOIN addressee.suppressions AS suppressions USING (kind, key)
WHERE suppressions.environment_id = :environment_id
ORDER BY suppressions.kind,
         suppressions.key
