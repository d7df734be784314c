-- What of an environment has a draft.
SELECT kind,
       key
FROM addressee.drafts
WHERE environment_id = :environment_id
ORDER BY kind,
         key
