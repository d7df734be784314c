-- What endpoints are told of the end of runs.
SELECT environment_id,
       collection,
       recipient_id,
       uid,
       'workflow_recipient_run.completed' AS type,
       jsonb_build_object('recipient_run_id', id) AS subject,
       :now::timestamptz AS at,
       id AS place
