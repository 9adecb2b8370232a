-- Rows whose event stands more than once in the log. Grain: one row in all.
select has_event_id, has_clock, repeated_rows, shared_ids, rows_of_shared_ids from marts.fct_repeats
