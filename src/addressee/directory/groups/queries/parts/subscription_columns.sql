-- A subscription; the columns of the recipient on its other side follow (see `subscriptions.listed`).
subscriptions.id AS subscription_id,
subscriptions.properties AS subscription_properties,
subscriptions.inserted_at,
subscriptions.updated_at AS subscription_updated_at,
