-- The open batches of a workflow that a call passes as `wanted`, in the order in which all lock them.
FROM unnest(
  :wanted.batch.recipient_id::text[],
  :wanted.batch.uid::uuid[],
  :wanted.batch.step_ref::text[],
  :wanted.batch.key::text[],
  :wanted.batch.version::text[],
  :wanted.batch.tenant::text[]
) AS wanted (recipient_id, uid, step_ref, key, version, tenant)
JOIN addressee.batches AS batches
  ON batches.environment_id = :environment_id
 AND batches.recipient_id = wanted.recipient_id
 AND batches.uid = wanted.uid
 AND batches.workflow = :workflow
 AND batches.step_ref = wanted.step_ref
 AND batches.key = wanted.key
 AND batches.version = wanted.version
 AND batches.tenant = wanted.tenant
 AND batches.sealed_at IS NULL
ORDER BY batches.recipient_id,
         batches.uid,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant
