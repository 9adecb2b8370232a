-- Columns of the file that tell the variant of all of their rows. Grain: one column.
select raw_column, levels, units from computed.telling_columns order by raw_column
