INSERT INTO addressee.operator_acts (id, environment_id, operator_id, name, collection, subject, detail, at)
VALUES (:id, :environment_id, :operator_id, :name, :collection, :subject, :detail, :at)
