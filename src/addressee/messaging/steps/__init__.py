"""Steps of a workflow: what each kind does, and the state machine that takes a run through them."""
