-- The columns that `merges.merge_from` reads.
environment_id,
id,
collection,
primary_id,
primary_uid,
secondary_id,
secondary_uid,
merged_at,
settled_at,
undone_at,
unites
