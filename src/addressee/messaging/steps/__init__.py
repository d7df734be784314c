"""Steps of workflows: their kinds, and the state machine that takes a run through them."""
