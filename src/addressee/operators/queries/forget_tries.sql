-- Forgets the failures of an account, and one of an address.
WITH forgotten AS (
  DELETE FROM addressee.sign_in_tries
  WHERE who = :account
)
UPDATE addressee.sign_in_tries
SET failures = greatest(failures - 1, 0),
    free_at = :now
WHERE who = :address
