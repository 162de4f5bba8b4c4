"""What `benchmarks/faults.py` is made of: faults, what they are done to, and how what came of it is judged.

* `registry`: a fault is a function with a name; `faults.py` does each so many times and adds up what came of them.
* `processes`: commands that are started to be injured, and whatever of them is left.
* `victims`: the commands, what they record, and what an uninjured one comes to.
* `rows_*`: the faults themselves, one file for each kind. A new file is named in `registry.ROWS`.
* `table`: the table as text and JSON, and where it stands in the documentation.

A fault of one's own is a function in one of the files of rows::

    @fault("SIGKILL of something")
    def kill_something(lab: Lab, rng: random.Random) -> Injection | None:
        directory = lab.place()
        started = lab.start(TABLES.command(directory))
        if not lab.strike(TABLES, directory, started, rng):  # waits for a moment
            return None
        started.process.kill()
        return lab.judge(TABLES, directory, started)  # goes on, and compares

It returns None where the fault came too late to do anything: it is then tried again.
"""
