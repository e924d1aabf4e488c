"""Runs the commands of a page such as docs/testing.md and checks that they print what the page shows.

python3 .ci/testing_page.py BINARY PAGE [PROGRAM…]

The fenced `sh` blocks run in one bash, in their order. A `text` block after one is its expected output, where `…` stands
for anything. Each PROGRAM is `LANGUAGE=COMMAND`: it runs the blocks of that language, with the addresses in the
environment.
"""

import os
import re
import subprocess
import sys
import tempfile

from server import Server

SECONDS = 120  # for all blocks of a language
END = "-- end of block --"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n*^```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
# The languages of blocks that are not run.
NOT_RUN = {"yaml", "text", "toml", "json"}


def main():
    binary, page, *programs = sys.argv[1:]
    programs = dict(program.split("=", 1) for program in programs)
    with open(page) as text:
        blocks = BLOCK.findall(text.read())
    if not blocks:
        sys.exit(f"{page} has no blocks")
    with tempfile.TemporaryDirectory() as folder:
        with Server(binary, "dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", folder=folder) as server:
            for language, command in programs.items():
                for _, block, expected in wanted(blocks, language):
                    addresses = {"API": server.api, "SANDBOX": server.sandbox}
                    compare(block, run(command.split(), block, folder, addresses), expected)
    path = f"{os.path.dirname(os.path.abspath(binary))}:{os.environ['PATH']}"
    shell = wanted(blocks, "sh")
    script = f"\necho '{END}'\n".join(["set -eu", *(block for _, block, _ in shell), ""])
    with tempfile.TemporaryDirectory() as folder:
        _, *outputs, _ = run(["bash"], script, folder, {"PATH": path}).split(f"{END}\n")
    for (_, block, expected), output in zip(shell, outputs, strict=True):
        compare(block, output, expected)
    if forgotten := {language for language, _, _ in blocks} - NOT_RUN - {"sh", *programs}:
        sys.exit(f"no program runs the blocks of {', '.join(sorted(forgotten))}")
    print(f"{page}: {len(shell)} blocks of sh and those of {', '.join(programs) or 'nothing else'} do what they say")


def wanted(blocks, language):
    return [block for block in blocks if block[0] == language]


def run(command, script, folder, environment):
    process = subprocess.run(
        command, input=script, cwd=folder, timeout=SECONDS, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{process.stdout}\n{process.stderr}")
    return process.stdout


def compare(block, output, expected):
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    if expected and not re.fullmatch(pattern, output.strip(), re.DOTALL):
        sys.exit(f"this block\n\n{block}\nprints\n\n{output}\nand the page says\n\n{expected}")


main()
