-- The columns of an open batch that joining it needs.
SELECT batches.id,
       batches.recipient_id,
       batches.uid,
       batches.step_ref,
       batches.key,
       batches.version,
       batches.tenant,
       batches.recipient_run_id,
       batches.closes_at
