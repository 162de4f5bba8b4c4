"""How proposals are evaluated: one by one, in processes, from the record."""
