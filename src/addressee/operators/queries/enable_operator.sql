-- Lets an operator sign in again.
UPDATE addressee.operators
SET disabled_at = NULL
WHERE email = :email
RETURNING id
