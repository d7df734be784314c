-- Signed links that name a person.

-- The keys of an environment's links are derived from the master key and this id: another id ends all of its links.
ALTER TABLE addressee.environments ADD COLUMN link_key_id uuid NOT NULL DEFAULT gen_random_uuid();
