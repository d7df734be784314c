"""Steps that say how a run goes on: entry checks, branches, cohorts, throttles, triggers of workflows."""
