-- Whether an e-mail address has an account.
SELECT EXISTS (
  SELECT
  FROM addressee.operators
  WHERE email = :email
)
