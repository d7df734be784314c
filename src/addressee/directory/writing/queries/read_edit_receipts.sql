-- Which of these callers' keys were already used at these places.
SELECT receipts.environment_id,
       receipts.collection,
       receipts.id,
       receipts.key
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) AS wanted (environment_id, collection, id, key)
JOIN addressee.edit_receipts AS receipts
  ON receipts.environment_id = wanted.environment_id
 AND receipts.collection = wanted.collection
 AND receipts.id = wanted.id
 AND receipts.key = wanted.key
WHERE receipts.recorded_at > $5
