-- The files of an environment's variables, categories and preferences.
SELECT name,
       document,
       files
FROM addressee.pushed_files
WHERE environment_id = :environment_id
ORDER BY name
