"""The kernel of a headless run: sockets in the file system instead of open TCP ports, forked where a build has a server."""

import os
import tempfile
from contextlib import suppress
from math import inf
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any
from uuid import uuid4

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import default

from helpers.pipeline.fork_server import STEPS, Forked

_ENTRY = "ipykernel.kernelapp:launch_new_instance"


class PromptClient(AsyncKernelClient):
    """Begins when the kernel answers; the client of Jupyter then listens for a fifth of a second whether it says more."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until the kernel answers and what it shows is heard; raises RuntimeError when it ends or takes longer."""
        until = monotonic() + (timeout or inf)
        while monotonic() < until:
            with suppress(TimeoutError, Empty):
                await self.kernel_info(reply=True, timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)  # what it says before somebody listens is lost
                return
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it answered")
        raise RuntimeError(f"the kernel did not answer in {timeout} seconds")


class HeadlessKernelManager(AsyncKernelManager):
    """Speaks over IPC; nobody else can reach the kernel over the network, and kernels side by side do not meet."""

    @default("client_factory")
    def _client_factory_default(self) -> type[PromptClient]:
        return PromptClient

    @default("transport")
    def _transport_default(self) -> str:
        return "ipc"

    @default("ip")
    def _ip_default(self) -> str:
        return str(Path(tempfile.gettempdir()) / f"kernel-{uuid4().hex}")

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None and STEPS.variable in os.environ:
            self.provisioner = ForkingProvisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)


class ForkingProvisioner(LocalProvisioner):
    """A kernel that begins with its modules imported; by itself where the server has died."""

    process: Any
    pid: Any
    pgid: Any
    cwd: Any

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        self.cwd = options.get("cwd", Path.cwd())
        try:
            with Path(os.devnull).open("r+b") as nothing:
                self.process = Forked(
                    os.environ[STEPS.variable], _ENTRY, ["ipykernel_launcher", *cmd[cmd.index("-f") :]],
                    environment=options["env"], folder=self.cwd, streams=(nothing.fileno(), 1, 2), session=True,
                )  # fmt: skip
        except OSError:
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = self.process.pid
        return self.connection_info
