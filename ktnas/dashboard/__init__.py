"""All runs below a directory in a browser, as they go on: from their records alone, on this machine only.

* `Watch`: looks at a directory again and again; what has not changed is not read again.
* `Overview`: what is below a directory at a moment.
* `Row`: one record, as the list says it.
* `Site`: all that the dashboard answers.
* `Server`: listens on the loopback interface, and answers from a site.
* `make_server`: a server that listens; `Server.serve_forever` answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.dashboard.overview import Overview as Overview
    from ktnas.dashboard.overview import Watch as Watch
    from ktnas.dashboard.row import Row as Row
    from ktnas.dashboard.server import Server as Server
    from ktnas.dashboard.serving import make_server as make_server
    from ktnas.dashboard.site import Site as Site

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "overview": ["Watch", "Overview"],
        "row": ["Row"],
        "site": ["Site"],
        "server": ["Server"],
        "serving": ["make_server"],
    },
)
