-- Rows of the log, those refused on the way into the project among them. Grain: one row in all.
select all_rows + refused as rows_read from intermediate.int_row_checks
