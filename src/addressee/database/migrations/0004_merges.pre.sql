-- Whether subscriptions follow a merge, and the merges that each has followed.
ALTER TABLE addressee.merges
ADD COLUMN unites boolean NOT NULL DEFAULT false;

ALTER TABLE addressee.subscriptions
ADD COLUMN merge_ids uuid[];
