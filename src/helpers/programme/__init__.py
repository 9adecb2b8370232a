"""What stands around single experiments, over a year: what notebooks 08 to 12 compute."""
