"""Can a printed number be what it is said to be? Printed strings in, a verdict with reasons out."""
