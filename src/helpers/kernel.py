"""The kernel manager of headless runs: sockets in the file system instead of open TCP ports."""

from jupyter_client.manager import AsyncKernelManager


class HeadlessKernelManager(AsyncKernelManager):
    """Speaks over IPC; nobody else on the machine can reach the kernel over the network."""

    transport = "ipc"
