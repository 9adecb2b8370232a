-- What became of every row of the log. Grain: one kind of row.
select kind, disposition, rows from marts.fct_row_flow order by position
