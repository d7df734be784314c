-- The columns of a recipient's run that carrying it out needs.
SELECT id,
       collection,
       recipient_id,
       uid,
       data,
       status,
       step,
       subscription,
       kinds,
       profile,
       refs,
       version_id
FROM addressee.recipient_runs
