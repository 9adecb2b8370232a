"""One module a topic: what is recorded of it, its tables and its sentences."""
