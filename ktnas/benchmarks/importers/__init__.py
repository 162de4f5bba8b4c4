"""Official distributions of benchmarks, made into our tables: one file per distribution.

Which there are, `ktnas.benchmarks.importers.registry` lists; what a file is, its content says, not its name.

* `Importer`: how one official distribution becomes tables.
* `Made`: a table that an import makes.
* `Imported`: what has become of a distribution.
* `import_distribution`: make tables of an official distribution.
* `importers`: every importer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.benchmarks.importers.base import Importer as Importer
    from ktnas.benchmarks.importers.base import Made as Made
    from ktnas.benchmarks.importers.importing import Imported as Imported
    from ktnas.benchmarks.importers.importing import import_distribution as import_distribution
    from ktnas.benchmarks.importers.registry import importers as importers

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Importer", "Made"],
        "importing": ["Imported", "import_distribution"],
        "registry": ["importers"],
    },
)
