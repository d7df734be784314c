-- The columns of a delivery as it is read.
endpoint_id,
position,
id,
type,
collection,
recipient_id,
uid,
subject,
occurred_at,
status,
attempts,
due_at,
again_at
