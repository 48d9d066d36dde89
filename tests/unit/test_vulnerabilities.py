"""The question about known vulnerabilities is never answered with yes in silence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "vulnerabilities"
FINE = {"name": "a", "version": "1", "vulns": []}
ILL = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
UNASKED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE], 0, "0 known vulnerabilities in 1 packages"),
        ([FINE, ILL], 1, "b 2: CVE-1, mended in 3"),
        ([FINE, UNASKED], 4, "NOT KNOWN: 1 of 2"),
        ([ILL, UNASKED], 1, "NOT KNOWN: 1 of 2"),
        ([], 4, "NOT KNOWN: 0 of 0"),
        (None, 4, "NOT KNOWN"),
    ],
    ids=["none", "one", "one not asked about", "one found, one not asked about", "no package", "no answer"],
)
def test_the_exit_code_tells_found_not_found_and_not_known_apart(
    packages: list[object] | None, code: int, said: str, tmp_path: Path
) -> None:
    answer = tmp_path / "answer.json"
    if packages is not None:
        answer.write_text(json.dumps({"dependencies": packages}))
    ended = subprocess.run([sys.executable, SCRIPT, "--judge", answer], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert said in ended.stdout
