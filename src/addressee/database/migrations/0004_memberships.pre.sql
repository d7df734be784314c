-- What users are within tenants: recipients in collections that name both, '$members/<user's uid>/<tenant's uid>'.

-- A deleted tenant's are erased. A user's are found by the primary key.
CREATE INDEX memberships_in_tenant
ON addressee.recipients (environment_id, split_part(collection, '/', 3))
WHERE collection LIKE '$members/%';
