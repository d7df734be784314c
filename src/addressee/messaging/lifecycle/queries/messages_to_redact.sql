-- What a run has said, past a message, with what each message was rendered from.
SELECT messages.id,
       messages.collection,
       messages.recipient_id,
       messages.uid,
       messages.step_ref,
       messages.content,
       messages.inserted_at,
       messages.recipient_run_id,
       runs.data,
       runs.subscription,
       runs.profile
FROM addressee.messages AS messages
LEFT JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = messages.environment_id
 AND runs.id = messages.recipient_run_id
WHERE messages.environment_id = :environment_id
  AND messages.run_id = :run_id
  AND (messages.inserted_at, messages.id) > (:after_time, :after_id)
ORDER BY messages.inserted_at,
         messages.id
LIMIT :limit
