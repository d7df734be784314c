-- A run as a pass has moved it. Whoever lived in it alone is forgotten at its end.
SET status = moved.status,
    step = moved.step,
    journal = runs.journal || moved.journal,
    due_at = moved.due_at,
    profile = CASE moved.status WHEN 'completed' THEN NULL ELSE runs.profile END,
    data = coalesce(moved.data, runs.data),
    refs = coalesce(moved.refs, runs.refs),
    error_count = runs.error_count + moved.errors,
    updated_at = :now
