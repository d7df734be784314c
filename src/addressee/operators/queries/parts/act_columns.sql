-- The columns that `act_from` reads.
operator_acts.id,
operators.name,
operators.email,
operator_acts.name,
operator_acts.collection,
operator_acts.subject,
operator_acts.detail,
operator_acts.at
