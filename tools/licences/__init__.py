"""Whether the licence of every pinned package lets this project be used and passed on."""
