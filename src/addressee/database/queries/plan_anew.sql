-- Has the statements of this transaction planned for the rows that there are now, and find these by indexes.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('enable_seqscan', 'off', true)
