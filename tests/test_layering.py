"""Dependencies point one way (docs/design.md), heavy libraries stay where they belong, and the core only computes."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

import ktnas

PACKAGE = Path(ktnas.__file__).parent
DESIGN = PACKAGE.parent / "docs" / "design.md"

LAYERS = (
    {"typing", "errors", "rng", "version"},
    {"recorded_names"},
    {"store", "description", "formatting"},
    {"files", "spaces", "surrogate"},
    {"problem"},
    {"embedding", "evaluation", "datasets"},
    {"transfer", "benchmarks"},
    {"algorithms"},
    {"training", "records"},
    {"runner"},
    {"report", "tracking"},
    {"config", "testing"},
    {"study"},
    {"api", "dashboard"},
    {"cli"},
    {"run", "__main__"},
)
"""What each may import lies in the layers before it."""

CORE = {
    *("typing", "errors", "rng", "version", "recorded_names", "store", "description", "formatting"),
    *("spaces", "surrogate", "problem", "embedding", "transfer", "algorithms"),
}
"""Up to and including `algorithms`, files aside: pure computation."""

HEAVY = {
    "cloudpickle": {"evaluation.dask_cluster", "runner.workforce"},
    "distributed": {"evaluation.dask_scheduler"},
    "gensim": {"embedding.node2vec.skip_gram"},
    "sklearn": {"surrogate.*", "datasets.images.bundled"},
    "matplotlib": {"report.*", "datasets.scenes.sheet"},
    "scikit_posthocs": {"report.statistics", "report.figures.comparison"},
    "networkx": {"spaces.graph"},
    "pandas": {"report.figures.comparison", "report.frame"},
    "pooch": {"benchmarks.importers.downloads"},
    "pyarrow": {"files.parquet_table", "files.table_writing"},
    "requests": {"benchmarks.importers.downloads"},
    "rich": {"report.*"},
    "torch": {"training.*", "datasets.objectives.*"},
    "safetensors": {"training.*"},
    "PIL": {"datasets.images.pictures"},
    "nas_bench_graph": set(),
    "shtab": {"cli.completion"},
    "tensorboardX": {"tracking.tensorboard"},
    "mlflow": {"tracking.mlflow"},
    "wandb": {"tracking.weights_and_biases"},
}
"""Libraries that are imported inside functions only, and by these modules only."""

TORCH_FREE = {
    *("training", "training.recipe"),
}
"""Modules and packages of live training that start without torch; all its others import it at their top."""

WORLD = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "pickle", "subprocess", "socket", "urllib", "sqlite3"),
    *("time", "datetime", "logging", "warnings", "random", "secrets", "uuid", "threading", "multiprocessing"),
}
"""Files, clocks, logs, processes and random numbers of the standard library: not for the core."""

EXCEPTIONS = {("embedding.node2vec.skip_gram", "logging")}
"""gensim warns on standard error unless its logger is given a handler."""


@dataclass(frozen=True)
class Import:
    """One imported module; ``inside`` a function, ``typing`` only, or neither."""

    name: str
    line: int
    inside: bool
    typing: bool


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"}


@cache
def tree(module):
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module):
    return tuple(_imports(tree(module), inside=False, typing=False))


def _imports(node, *, inside, typing):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, inside, typing) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"relative import in line {child.lineno}"
            yield Import(child.module, child.lineno, inside, typing)
            # `from ktnas.algorithms import pool` names a module too
            names = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from (Import(n, child.lineno, inside, typing) for n in names if n.removeprefix("ktnas.") in MODULES)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            guarded = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _imports(child, inside=inside or function, typing=typing or guarded)


def layer(module):
    top = module.split(".")[0]
    return next((i for i, names in enumerate(LAYERS) if top in names), len(LAYERS))


def torch_free(module):
    return any(module == name or (name != "training" and module.startswith(f"{name}.")) for name in TORCH_FREE)


def parents(module):
    """The packages that a module lies in, and the module itself."""
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def own_imports(module):
    """Modules of this package that a module imports, as their names within it; without the index of a package.

    An index names, for type checkers, what the package's own modules hold: it loads none of them.
    """
    index = f"{module}." if MODULES[module].name == "__init__.py" else None
    found = [(i.name.removeprefix("ktnas."), i.typing) for i in imports(module)]
    return [name for name, typing in found if name in MODULES and not (typing and index and name.startswith(index))]


def in_core(module):
    return module.split(".")[0] in CORE


def test_every_module_has_its_layer():
    new = {module.split(".")[0] for module in MODULES} - set().union(*LAYERS)
    assert not new, f"say in LAYERS, and where it matters in docs/design.md, what {', '.join(sorted(new))} may import"
    assert sum(map(len, LAYERS)) == len(set().union(*LAYERS))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_the_layers_before_it(module):
    for other in own_imports(module):
        same = other.split(".")[0] == module.split(".")[0]
        assert same or layer(other) < layer(module), f"{module} imports {other}"


def test_no_module_imports_itself_in_a_circle():
    graph = {module: {other for other in own_imports(module) if other != module} for module in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_the_design_page_tells_the_same_order():
    (block,) = re.findall(
        r"^## Dependencies\n\n```\n(.*?)```", DESIGN.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    groups = [re.findall(r"\w+", group) for group in block.split("->")]
    assert {name for group in groups for name in group} <= set().union(*LAYERS)
    for earlier, later in pairwise(groups):
        assert max(map(layer, earlier)) < min(map(layer, later)), f"{earlier} -> {later}"


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_libraries_stay_where_they_belong(library):
    for module in MODULES:
        for found in imports(module):
            if found.name.split(".")[0] == library and not found.typing:
                rooms = {f"{parent}.*" for parent in parents(module)}
                assert (rooms | {module}) & HEAVY[library], f"{module} imports {library} in line {found.line}"
                anywhere = library in {"torch", "safetensors"} and "training.*" in rooms and not torch_free(module)
                assert found.inside or anywhere, (
                    f"{module} imports {library} outside of functions, in line {found.line}"
                )


@pytest.mark.parametrize("module", [module for module in MODULES if torch_free(module)])
def test_what_starts_without_torch_imports_nothing_that_needs_it(module):
    needs = [other for other in own_imports(module) if other.startswith("training") and not torch_free(other)]
    assert not [found.name for found in imports(module) if found.name.split(".")[0] == "torch"]
    assert not needs


@pytest.mark.parametrize("module", [module for module in MODULES if in_core(module)])
class TestCore:
    def test_touches_neither_files_nor_clocks_nor_logs(self, module):
        used = {found.name.split(".")[0] for found in imports(module)} & WORLD
        assert {name for name in used if (module, name) not in EXCEPTIONS} == set()

    def test_calls_nothing_that_prints_reads_or_hashes(self, module):
        called = {
            node.func.id
            for node in ast.walk(tree(module))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"print", "open", "input", "exec", "eval", "hash"}

    def test_random_generators_are_seeded_and_none_is_global(self, module):
        makers = {"np.random.Generator", "np.random.PCG64", "np.random.SeedSequence"}
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "np.random":
                assert ast.unparse(node) in makers
            if isinstance(node, ast.Call) and ast.unparse(node.func) in makers:
                assert node.args, f"{module} seeds from the system in line {node.lineno}"
        assert not any(found.name.startswith("numpy.random") for found in imports(module))


def loaded_after(program):
    """Top-level modules that a fresh interpreter has loaded after running ``program``."""
    listing = f"{program}\nimport sys\nprint('loaded', *sorted({{name.split('.')[0] for name in sys.modules}}))"
    completed = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(completed.stdout.splitlines()[-1].split())


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_after("import ktnas") & {*HEAVY, "numpy", "scipy"}


def test_a_search_on_a_table_loads_neither_torch_nor_plots_nor_pandas(tmp_path):
    table = tmp_path / "table.csv"
    rows = [f"{a}{b}{c},{a + b * c},{a * b - c}" for a in range(4) for b in range(4) for c in range(4)]
    table.write_text("\n".join(["code,first,second", *rows]))
    loaded = loaded_after(
        "import ktnas\nfrom pathlib import Path\n"
        f"table = ktnas.load_table(Path({str(table)!r}), None, ('first', 'second'))\n"
        "result = ktnas.search(table, budget=8)\n"
        "assert {task.evaluations for task in result.tasks.values()} == {8}\n"
    )
    assert {"ktnas", "numpy"} <= loaded
    assert not loaded & {"torch", "matplotlib", "pandas", "pyarrow", "rich", "networkx", "nas_bench_graph"}


def test_counting_parameters_as_a_proxy_needs_no_torch():
    loaded = loaded_after(
        "from ktnas.config.method import MethodChoice\n"
        "for name in ('ktnas', 'ktnas-paper', 'mtnas'):\n"
        "    MethodChoice(name, proxy='parameters').build()\n"
    )
    assert "ktnas" in loaded
    assert "torch" not in loaded
