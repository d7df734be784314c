-- The recipients at these places, tombstones included.
SELECT
  -- part: recipient_columns
-- By way of queries, because the server plans anew at each call whose arrays are shorter than it would guess.
FROM unnest(
  (SELECT :places.environment_id::smallint[]),
  (SELECT :places.collection::text[]),
  (SELECT :places.id::text[])
) AS place (environment_id, collection, id)
JOIN addressee.recipients
  ON recipients.environment_id = place.environment_id
 AND recipients.collection = place.collection
 AND recipients.id = place.id
