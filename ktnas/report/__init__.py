"""For people: progress, tables, comparisons, figures."""
