"""How a value is read from what stands in a table: times, numbers and ids, each with one grammar in SQL and in Python."""
