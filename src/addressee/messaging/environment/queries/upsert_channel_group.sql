-- Stores a group of channels, or what it says now.
INSERT INTO addressee.channel_groups (environment_id, key, content, created_at, updated_at)
VALUES (:environment_id, :key, :content, :now, :now)
ON CONFLICT (environment_id, key) DO UPDATE
SET content = excluded.content,
    updated_at = excluded.updated_at
