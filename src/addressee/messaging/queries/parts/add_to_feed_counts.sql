ON CONFLICT (environment_id, recipient_id, uid, channel_id, archived, workflow, tenant, categories) DO UPDATE
SET total = counts.total + excluded.total,
    unread = counts.unread + excluded.unread,
    unseen = counts.unseen + excluded.unseen
