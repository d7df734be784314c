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
WHERE messages.environment_id = $1
  AND messages.run_id = $2
  AND (messages.inserted_at, messages.id) > ($3, $4)
ORDER BY messages.inserted_at,
         messages.id
LIMIT $5
