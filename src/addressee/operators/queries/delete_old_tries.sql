-- Deletes failures that are forgotten.
DELETE FROM addressee.sign_in_tries
WHERE who IN (
  SELECT who
  FROM addressee.sign_in_tries
  WHERE failed_at <= :before
  LIMIT :limit
)
