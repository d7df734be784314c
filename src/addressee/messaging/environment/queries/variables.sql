-- The variables of an environment, and the names of those that are public.
SELECT document,
       public_names
FROM addressee.variables
WHERE environment_id = :environment_id
