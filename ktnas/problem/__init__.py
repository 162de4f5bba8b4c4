"""What a search is about, as frozen records: tasks, trials, populations, budgets, progress."""
