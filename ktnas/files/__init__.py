"""Low-level access to disk: search path, tables, caches, append-only logs; nothing here knows a search.

* `DiskStore`: arrays in the files of a directory, which is created with the first of them.
* `write_atomically`: write a whole file, as `replacing` does.
* `read_lines`: the records of a file, in order; a last line that was cut off is left out.
* `AppendOnlyLog`: a file of one record per line that only grows, and is this process's own from its opening to
  `close`.
* `read_restricted_pickle`: the content of a pickle file of plain containers and numbers.
* `read_restricted_arrays`: the content of a pickle file of plain containers and arrays of bytes, each a
  `PickledArray`.
* `cache_directory`: the user's cache directory for this package; it need not exist yet.
* `Columns`: a table, read column by column.
* `read_columns`: read a table from a file, whose kind is told by its content, whatever its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.files.array_cache import DiskStore as DiskStore
    from ktnas.files.durable import write_atomically as write_atomically
    from ktnas.files.json_lines import AppendOnlyLog as AppendOnlyLog
    from ktnas.files.json_lines import read_lines as read_lines
    from ktnas.files.safe_pickle import read_restricted_arrays as read_restricted_arrays
    from ktnas.files.safe_pickle import read_restricted_pickle as read_restricted_pickle
    from ktnas.files.search_path import cache_directory as cache_directory
    from ktnas.files.table_reader import Columns as Columns
    from ktnas.files.table_reader import read_columns as read_columns

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "array_cache": ["DiskStore"],
        "durable": ["write_atomically"],
        "json_lines": ["read_lines", "AppendOnlyLog"],
        "safe_pickle": ["read_restricted_pickle", "read_restricted_arrays"],
        "search_path": ["cache_directory"],
        "table_reader": ["Columns", "read_columns"],
    },
)
