"""A real Postfix of its own for a test: own folder, own port, mails for x.vn into one Maildir.

It needs Debian's package and root (`apt-get install postfix`): Postfix changes user for every one of its parts.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import free_ports

POSTFIX = "/usr/sbin/postfix"
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log/maillog
maillog_file_prefixes = {folder}
myhostname = postfix.x.example
mydestination =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = x.vn
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_transport = virtual
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
recipient_delimiter = +
"""


def is_there() -> bool:
    """Return whether this machine has Postfix and lets us run it."""
    return Path(POSTFIX).exists() and os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    port: int
    maildir: Path

    def mails(self) -> list[bytes]:
        """Return what was delivered, in any order."""
        new = self.maildir / "new"
        return [file.read_bytes() for file in new.iterdir()] if new.exists() else []


@contextlib.contextmanager
def postfix(folder: Path, *, refused: str) -> Iterator[Postfix]:
    """Run one that refuses this recipient for good."""
    port, owner = free_ports(1)[0], pwd.getpwnam("postfix")
    config, mail = folder / "etc", folder / "mail"
    for each in (config, folder / "spool", folder / "data", folder / "log", mail):
        each.mkdir(parents=True)
    # Its parts change user; every folder on the way has to let them in.
    for each in (folder, *folder.parents):
        with contextlib.suppress(PermissionError):
            each.chmod(each.stat().st_mode | 0o111)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(mail, "postfix")
    (folder / "access").write_text(f"{refused} REJECT no such mailbox\n", encoding="utf-8")
    (config / "main.cf").write_text(MAIN.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid), encoding="utf-8")
    (config / "master.cf").write_text(MASTER.format(port=port), encoding="utf-8")
    subprocess.run([POSTFIX, "-c", str(config), "start"], check=True, capture_output=True, timeout=60)
    try:
        _wait_for(port)
        yield Postfix(port, mail / "all")
    finally:
        subprocess.run([POSTFIX, "-c", str(config), "stop"], check=False, capture_output=True, timeout=60)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < deadline, "Postfix does not listen"
        time.sleep(0.1)
