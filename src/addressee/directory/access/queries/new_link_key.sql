-- Ends all links of an environment by another key.
UPDATE addressee.environments
SET link_key_id = :id
WHERE name = :name
RETURNING name
