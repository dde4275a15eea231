"""Do programs agree on a method? Results of all on the same cases, independent of any study."""
