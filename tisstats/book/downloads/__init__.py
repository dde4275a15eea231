"""Tables, figures and results of the book as files."""
