"""The house rules that a machine can hold: imports run downward, files stay small, nothing is unpickled."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

# Downward, left to right. Those joined by | do not import one another; those joined by a comma may.
ORDER = (
    "__main__ → cli → commands → __init__ → reproduce, bench, record, studies → pretrained → experiment, hub, figures "
    "→ measuring, starting → analyses → extent, running_text, latent_files, remembered "
    "→ latents → texts → abilities, runs → recipes → recipe "
    "→ models | data | training | evaluation | generation → readers | writers "
    "→ layers → ops → interfaces → schedules, distributed, environment → config, durable, spelling"
)
LAYERS = [[part.strip() for part in layer.replace("|", ",").split(",")] for layer in ORDER.split("→")]
STRANGERS = [set(layer) for layer, text in zip(LAYERS, ORDER.split("→"), strict=True) if "|" in text]
DEPTH = {part: depth for depth, layer in enumerate(LAYERS) for part in layer}

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "octavo").rglob("*.py"))
PICKLES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
HEAVY = {"torch", "numpy", "pydantic", "matplotlib", "sklearn", "pyarrow", "zstandard", "sacrebleu", "huggingface_hub"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def module_of(path: Path) -> str:
    """octavo/data/store.py → octavo.data.store, octavo/data/__init__.py → octavo.data."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def part_of(module: str) -> str:
    """The part of the house that a module belongs to: octavo.data.store → data."""
    return [*module.split("."), "__init__"][1]


def imported(source: str, module: str, is_package: bool) -> Iterator[str]:
    """The modules of octavo that a source imports, in whatever form, wherever it stands."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        for name in _named(node, package):
            if name.split(".")[0] == "octavo":
                yield name


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            whole = f"{base}.{alias.name}"
            yield whole if whole in MODULES else base
    elif isinstance(node, ast.Call) and _called(node).rpartition(".")[2] in {"import_module", "__import__"}:
        yield _dynamic(node, package)


def _dynamic(node: ast.Call, package: str) -> str:
    """A literal, or an f-string that begins with the part's name: f"octavo.commands.{verb}"."""
    target = node.args[0]
    first = target.values[0] if isinstance(target, ast.JoinedStr) else target
    name = str(first.value) if isinstance(first, ast.Constant) else ""
    known = name and (first is target or name.count(".") > 1)
    assert known, f"{package}, line {node.lineno}: say which part is imported"
    return importlib.util.resolve_name(name.rstrip("."), package)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def goes_down(importer: str, target: str) -> bool:
    above, below = part_of(importer), part_of(target)
    if above == below:
        return True
    return DEPTH[above] <= DEPTH[below] and not any({above, below} <= layer for layer in STRANGERS)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_belongs_to_a_layer_and_imports_only_downward(path: Path) -> None:
    module = module_of(path)
    assert part_of(module) in DEPTH, f"{module} is in no layer: give it its place in ORDER"
    upward = [
        name for name in imported(path.read_text(), module, path.stem == "__init__") if not goes_down(module, name)
    ]
    assert not upward, f"{module} imports {upward}, which the order forbids"


@pytest.mark.parametrize(
    "source",
    [
        "import octavo.cli",
        "import octavo.cli as front",
        "from octavo import cli",
        "from octavo.cli import main",
        "from .. import cli",
        "from ..cli import main",
        "def late():\n    from octavo import cli",
        "import importlib\nimportlib.import_module('octavo.cli')",
        "from importlib import import_module\nimport_module('..cli', 'octavo.data')",
        "__import__('octavo.cli')",
        "import importlib\nimportlib.import_module(f'octavo.cli.{name}')",
    ],
)
def test_every_form_of_import_is_seen(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "MODULES", MODULES | {"octavo.cli"})
    assert list(imported(source, "octavo.data.store", is_package=False)) == ["octavo.cli"]


def test_an_import_of_who_knows_what_is_refused() -> None:
    for argument in ("name", "f'{name}.cli'", "f'octavo.{name}'"):
        with pytest.raises(AssertionError, match="which part"):
            list(imported(f"import importlib\nimportlib.import_module({argument})", "octavo.data.store", False))


def test_order_is_downward_and_siblings_are_strangers() -> None:
    assert all(goes_down(f"octavo.{above[0]}", f"octavo.{below[0]}") for above, below in pairwise(LAYERS))
    assert not goes_down("octavo.ops.losses", "octavo.layers.embedding")
    assert not goes_down("octavo.models.vae", "octavo.data.store")
    assert not goes_down("octavo.training.trainer", "octavo")


def test_the_order_is_the_one_that_the_docs_show() -> None:
    page = " ".join((ROOT / "docs" / "architecture.md").read_text().split())
    assert ORDER in page


def test_every_folder_of_python_is_a_package() -> None:
    assert not [path for path in FILES if not (path.parent / "__init__.py").exists()]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 400, f"{path.name} passes 400 lines: one concept a file"
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Function)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > 60]
    assert not long, f"{path.name}: {long} pass 60 lines"


def dangers(source: str) -> Iterator[str]:
    """What could run code that comes with data: pickles in any dress, and evaluated strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in PICKLES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLES:
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom) and node.module == "torch":
            yield from (alias.name for alias in node.names if alias.name in {"load", "save"})
        elif isinstance(node, ast.Call) and _called(node) in {"eval", "exec", "torch.load", "torch.save"}:
            yield _called(node)
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield "allow_pickle"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    assert not list(dangers(path.read_text()))


def test_dangers_are_seen_and_a_model_may_still_be_put_in_evaluation() -> None:
    imports = "import pickle\nfrom joblib import loads\nfrom torch import Tensor, save\n"
    source = imports + "torch.load(f)\neval(s)\nnp.load(f, allow_pickle=True)\nmodel.eval()"
    assert set(dangers(source)) == {"pickle", "joblib", "save", "torch.load", "eval", "allow_pickle"}


def heavy_after(statement: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds once it has run the statement."""
    report = "print(); print(json.dumps(list(sys.modules)))"
    code = f"import json, sys\ntry:\n    {statement}\nexcept SystemExit: pass\n{report}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return HEAVY & set(json.loads(ran.stdout.splitlines()[-1]))


def test_importing_octavo_imports_nothing_heavy() -> None:
    assert not heavy_after("import octavo")


@pytest.mark.skipif(not (ROOT / "octavo" / "cli.py").exists(), reason="the command line is not there")
def test_help_imports_nothing_heavy() -> None:
    assert not heavy_after("sys.argv = ['octavo', '--help']; from octavo.cli import main; main()")
