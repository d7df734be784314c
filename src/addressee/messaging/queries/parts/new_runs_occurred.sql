-- What endpoints are told of runs that were `stored` just now: that they have started, and that they have ended.
SELECT stored.environment_id,
       stored.collection,
       stored.recipient_id,
       stored.uid,
       'workflow_recipient_run.' || happening.name AS type,
       jsonb_build_object('recipient_run_id', stored.id) AS subject,
       :now::timestamptz AS at,
       happening.place
FROM stored
CROSS JOIN (VALUES (1, 'started'), (2, 'completed')) AS happening (place, name)
