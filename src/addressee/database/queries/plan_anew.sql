-- Has the statements of this transaction planned anew for the present rows, and read by indexes.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('enable_seqscan', 'off', true)
