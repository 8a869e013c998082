"""Writes `docs/aws-sim.md`: every case of this suite with AWS's page that it stands on. `--check` only compares."""

import ast
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOCUMENT = ROOT / "docs" / "aws-sim.md"
RUST = ROOT / "tests" / "it" / "conformance"

HEAD = """# What aws-sim does as AWS does

Each line is a case that runs against the simulator in `make conformance`, with the page of AWS that says so. {total} cases:
{boto3} by boto3 (`tests/aws-sim/conformance/`), {rust} by the Rust SDKs (`tests/it/conformance/`). This file is written by
`make conformance-document`, and the suite fails when it differs from the cases.
"""


def boto3_cases():
    """(service, file, sentence, link) of each test function."""
    for path in sorted(HERE.glob("*/test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.parent.name, path.relative_to(HERE), " ".join(ast.get_docstring(node).split()), link(node, path)


def link(function, path):
    """The argument of `@pytest.mark.aws`: a text, or a name that the file gives to one."""
    names = {
        target.id: node.value.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
    }
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.aws":
            argument = decorator.args[0]
            return names[argument.id] if isinstance(argument, ast.Name) else ast.literal_eval(argument)
    raise SystemExit(f"{path}: {function.name} has no link")


def rust_cases():
    """The same of each `/// sentence <link>` above a test of the Rust SDKs."""
    pattern = re.compile(r"((?:^ *///[^\n]*\n)+) *#\[tokio::test[^\n]*\n", re.MULTILINE)
    for path in sorted(RUST.glob("*.rs")):
        for match in pattern.finditer(path.read_text()):
            text = " ".join(line.strip().removeprefix("///").strip() for line in match[1].splitlines())
            sentence, _, address = text.partition("<")
            yield path.stem, path.name, sentence.strip(), address.rstrip("> ")


def render():
    boto3, rust = list(boto3_cases()), list(rust_cases())
    parts = [HEAD.format(total=len(boto3) + len(rust), boto3=len(boto3), rust=len(rust))]
    for title, cases in (("", boto3), (" (Rust SDK)", rust)):
        for service in sorted({case[0] for case in cases}):
            mine = [case for case in cases if case[0] == service]
            parts.append(f"\n## {service}{title}, {len(mine)}\n")
            parts.extend(f"- {sentence} [AWS]({address})" for _, _, sentence, address in mine)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if DOCUMENT.read_text() == render() else "docs/aws-sim.md is old: make conformance-document")
    DOCUMENT.write_text(render())
