-- The receipt keys among these that were used already.
SELECT receipts.environment_id,
       receipts.collection,
       receipts.id,
       receipts.key
FROM unnest(:keys.environment_id::smallint[], :keys.collection::text[], :keys.id::text[], :keys.key::text[])
  AS wanted (environment_id, collection, id, key)
JOIN addressee.edit_receipts AS receipts
  ON receipts.environment_id = wanted.environment_id
 AND receipts.collection = wanted.collection
 AND receipts.id = wanted.id
 AND receipts.key = wanted.key
WHERE receipts.recorded_at > :since
