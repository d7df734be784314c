-- Deletes acts that are as old as the history that is deleted. Ids begin with their time: the oldest are looked at.
DELETE FROM addressee.operator_acts
WHERE id IN (
  SELECT oldest.id
  FROM (
    SELECT id,
           at
    FROM addressee.operator_acts
    ORDER BY id
    LIMIT :limit
  ) AS oldest
  WHERE oldest.at < :before
)
