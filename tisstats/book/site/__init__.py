"""The site: staged sources, theme and output folder."""
