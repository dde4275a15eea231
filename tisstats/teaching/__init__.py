"""Teaching: what each measure is, one patient scored step by step, exercises with answers."""
