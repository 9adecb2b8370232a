"""The report published: pages, single files, documents, diagrams."""
