"""Agreement of statistical software on common test cases, independent of any study."""
