-- When the next try may be made.
SELECT free_at
FROM addressee.sign_in_tries
WHERE who = :who
