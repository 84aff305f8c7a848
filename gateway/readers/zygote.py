"""The process that readers are forked from: everything is imported and configured once, so that a new reader is there in milliseconds.

It has one thread and no connection to anything but its parent, which makes forking safe; it ends when its parent does.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
from collections.abc import Callable

from gateway.readers.child import Reader, serve

_PID = struct.Struct(">q")


class Zygote:
    """The parent's side: asks for readers."""

    def __init__(self, control: socket.socket, pid: int) -> None:
        self._control, self.pid = control, pid

    def fork(self) -> tuple[socket.socket, int]:
        """A new reader: the parent's end of its connection, and its process id. Raises OSError when the zygote is gone."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            answer = self._control.recv(_PID.size, socket.MSG_WAITALL)
        except BaseException:
            ours.close()
            raise
        if len(answer) < _PID.size:
            ours.close()
            raise OSError("the process that readers come from has ended")
        return ours, _PID.unpack(answer)[0]

    def close(self) -> None:
        """End the zygote; its readers end when their connections are closed."""
        self._control.close()
        os.waitpid(self.pid, 0)


def start(make_reader: Callable[[], Reader]) -> Zygote:
    """Fork the zygote; call it before there are threads. ``make_reader`` is called in the new process."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return Zygote(ours, pid)
    status = 1
    try:
        # Above all the lock on the store: it must end with the process that took it, not with the last of its readers.
        os.closerange(3, theirs.fileno())
        os.closerange(theirs.fileno() + 1, 65_536)
        _run(theirs, make_reader())
        status = 0
    finally:
        os._exit(status)  # the parent's clean-up is not ours to do


def _run(control: socket.socket, reader: Reader) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets ended readers by itself
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a signal to the whole group: the parent ends us when it is done
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # keep the collector from writing to pages that readers share
    while True:
        message, handles, _flags, _address = socket.recv_fds(control, 1, 1)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            serve(socket.socket(fileno=handles[0]), reader)
            os._exit(0)
        os.close(handles[0])
        control.sendall(_PID.pack(pid))
