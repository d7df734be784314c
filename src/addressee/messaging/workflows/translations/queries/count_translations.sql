-- How many translations an environment has.
SELECT count(*)
FROM addressee.translations
WHERE environment_id = :environment_id
