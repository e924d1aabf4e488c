"""Starts `countersign dev` and runs a script of this folder: run.py SCRIPT BINARY NODE_MODULES CHROMIUM [PICTURES]."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from server import Server  # noqa: E402

script, binary, modules, chromium, *pictures = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    # A script finds its modules from its own folder.
    shutil.copy(os.path.join(os.path.dirname(__file__), script), folder)
    os.symlink(modules, os.path.join(folder, "node_modules"))
    listen = ["--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"]
    with Server(binary, "dev", *listen, "--database-url", "sqlite::memory:", folder=folder) as server:
        command = ["node", script, server.sandbox, server.api, chromium, *map(os.path.abspath, pictures)]
        sys.exit(subprocess.run(command, cwd=folder, check=False).returncode)
