-- Not those that are kept of deleted recipients. A subquery of one value is looked up; NOT EXISTS may read a whole table.
AND (
  SELECT departed.uid
  FROM addressee.departed AS departed
  WHERE departed.environment_id = messages.environment_id
    AND departed.collection = messages.collection
    AND departed.id = messages.recipient_id
    AND departed.uid = messages.uid
) IS NULL
