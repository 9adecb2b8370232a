"""The report told: notebooks, tables, figures and one module a topic."""
