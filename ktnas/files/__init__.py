"""Low-level access to disk: search path, tables, caches, append-only logs; nothing here knows a search."""
