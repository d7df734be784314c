-- An operator by e-mail address, with what signing in is checked by.
SELECT
  -- part: operator_columns
  ,
  operators.password_hash,
  operators.sealed_totp
FROM addressee.operators
WHERE email = :email
