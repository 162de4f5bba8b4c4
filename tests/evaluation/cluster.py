"""A Dask cluster on this machine for tests: a scheduler and workers, each a process that can be killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """Starts and kills; everything ends with `close`."""

    def __init__(self, directory):
        self.directory, self.file = directory, directory / "scheduler.json"
        self.port = 0
        self.scheduler, self.workers = None, []

    def _start(self, *arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"}
        with (self.directory / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=self.directory, env=environment, stdout=log, stderr=log
            )

    def start_scheduler(self):
        self.file.unlink(missing_ok=True)
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler",
            *("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--scheduler-file", str(self.file)),
        )
        while not self.file.exists():
            assert self.scheduler.poll() is None, (self.directory / "log").read_text()
            time.sleep(0.05)
        self.port = int(self.address.rpartition(":")[2])  # the same when it comes back

    @property
    def address(self):
        text = self.file.read_text()
        return text.split('"address": "')[1].split('"')[0]

    def start_worker(self):
        worker = self._start(
            "distributed.cli.dask_worker",
            *("--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny", "--no-dashboard"),
            *("--death-timeout", "60", "--local-directory", str(self.directory)),
        )
        self.workers.append(worker)
        return worker

    @staticmethod
    def kill(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self):
        for process in [*self.workers, self.scheduler]:
            if process is not None and process.poll() is None:
                self.kill(process)
