-- The columns of a commit, with all that was pushed.
id,
kind,
key,
document,
files,
author,
message,
promoted_from,
created_at
