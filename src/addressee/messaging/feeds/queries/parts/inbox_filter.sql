-- A tenant's inbox. Items of no tenant are the default one's.
AND channel_id = :channel_id
AND coalesce(tenant, 'default') = :tenant
