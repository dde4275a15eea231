"""One module per notebook: the tables, numbers and figures that its page shows."""
