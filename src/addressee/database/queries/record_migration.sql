-- Records a migration in the transaction that applies it.
INSERT INTO addressee.migrations (name) VALUES (:name);
