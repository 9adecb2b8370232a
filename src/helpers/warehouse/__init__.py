"""The marts: dbt builds them, named queries read them."""
