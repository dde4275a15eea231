"""One module a notebook: the tables, numbers and figures that its page shows."""
