-- Stores an audience, or what it says now.
INSERT INTO addressee.audiences (environment_id, key, type, content, created_at, updated_at)
VALUES (:environment_id, :key, :type, :content, :now, :now)
ON CONFLICT (environment_id, key) DO UPDATE
SET type = excluded.type,
    content = excluded.content,
    updated_at = excluded.updated_at
