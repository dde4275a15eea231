"""The finished site: the mirror it is built from, its theme, and the folder it is put into."""
