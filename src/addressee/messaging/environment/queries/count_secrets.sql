-- How many secrets an environment has besides one of this name.
SELECT count(*)
FROM addressee.secrets
WHERE environment_id = :environment_id
  AND name <> :name
