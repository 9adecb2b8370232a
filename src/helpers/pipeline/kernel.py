"""The kernel manager of headless runs: sockets in the file system instead of open TCP ports."""

import tempfile
from pathlib import Path
from uuid import uuid4

from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class HeadlessKernelManager(AsyncKernelManager):
    """Speaks over IPC; nobody else can reach the kernel over the network, and kernels side by side do not meet."""

    @default("transport")
    def _transport_default(self) -> str:
        return "ipc"

    @default("ip")
    def _ip_default(self) -> str:
        return str(Path(tempfile.gettempdir()) / f"kernel-{uuid4().hex}")
