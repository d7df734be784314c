-- All operators, by e-mail address.
SELECT
  -- part: operator_columns
FROM addressee.operators
ORDER BY email
