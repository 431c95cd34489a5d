"""The rows of the paper's comparison (Figs. 9 to 12): the paper's figures and what measures ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lenet1998 import ablations
from benchmarks.lenet1998 import rows_classic as classic
from benchmarks.lenet1998 import rows_features as features
from benchmarks.lenet1998 import rows_memory as memory
from benchmarks.lenet1998 import rows_nets as nets
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.scores import Answers

Run = Callable[[PaperData, int, Path], Answers]


@dataclass(frozen=True)
class Row:
    """One row: the paper's title and figures, and what measures ours.

    Attributes:
        name: Of the row and its files.
        title: As the paper has it.
        error: The paper's error, percent; "-" where it gives none.
        reject: What the paper rejects for 0.5 % error, percent; None where it gives none.
        products_k: The paper's multiply-accumulates, thousands.
        variables_k: The paper's numbers kept, thousands.
        minutes: CPU minutes of our run.
        run: Runs the row; None where that is not written or takes more than two cores.
        why: Says which.
    """

    name: str
    title: str
    error: str
    reject: str | None
    products_k: float | None
    variables_k: float | None
    minutes: float
    run: Run | None
    why: str = ""


def _plain(function: Callable[[PaperData, int], Answers]) -> Run:
    """A runner of a method that keeps no checkpoint."""
    return lambda data, seed, _: function(data, seed)


_NO_REDUCED_SET = "how to reduce its support vectors is not written"
_NETS = {net.name: net for net in nets.NETS}

ROWS = (
    Row("linear", "Linear", "12.0", None, 4, 4, 0.1, _plain(classic.linear)),
    Row("deslanted_linear", "[deslant] Linear", "8.4", None, None, None, 0.1, _plain(classic.deslanted_linear)),
    Row("pairwise", "Pairwise linear", "7.6", None, 36, 35, 0.1, _plain(classic.pairwise)),
    Row("neighbours", "K-NN Euclidean", "5.0", None, None, None, 2, _plain(classic.neighbors)),
    Row("deslanted_neighbours", "[deslant] K-NN", "2.4", "8.1", 24000, 24000, 1, _plain(classic.deslanted_neighbours)),
    Row("quadratic", "40 PCA + quadratic", "3.3", None, 39, 40, 0.1, _plain(classic.quadratic)),
    Row("radial", "1000 RBF + linear", "3.6", None, 794, 794, 0.5, _plain(classic.radial)),
    Row("tangent", "[16x16] Tangent distance", "1.1", "1.9", 20000, 25000, 10, _plain(memory.tangent)),
    Row("svm", "SVM poly 4", "1.1", "1.8", 14000, 14000, 3, _plain(memory.polynomial_svm)),
    Row("rs_svm", "RS-SVM poly 5", "1.0", None, 650, 650, 0, None, _NO_REDUCED_SET),
    Row("dist_v_svm", "[dist] V-SVM poly 9", "0.8", None, 28000, 28000, 6, _plain(memory.virtual_svm)),
    Row("mlp_300", "28x28-300-10", "4.7", None, None, 238.5, 2.5, _NETS["mlp_300"]),
    Row("dist_mlp_300", "[dist] 28x28-300-10", "3.6", None, None, 238.5, 4, _NETS["dist_mlp_300"]),
    Row("deslanted_mlp_300", "[deslant] 20x20-300-10", "1.6", "3.2", 123, 123, 2, _NETS["deslanted_mlp_300"]),
    Row("mlp_1000", "28x28-1000-10", "4.5", None, 795, 795, 7.5, _NETS["mlp_1000"]),
    Row("dist_mlp_1000", "[dist] 28x28-1000-10", "3.8", None, 795, 795, 9, _NETS["dist_mlp_1000"]),
    Row("mlp_300_100", "28x28-300-100-10", "3.05", None, 267, 267, 3, _NETS["mlp_300_100"]),
    Row("dist_mlp_300_100", "[dist] 28x28-300-100-10", "2.5", None, 267, 267, 4.5, _NETS["dist_mlp_300_100"]),
    Row("mlp_500_150", "28x28-500-150-10", "2.95", None, 469, 469, 5, _NETS["mlp_500_150"]),
    Row("dist_mlp_500_150", "[dist] 28x28-500-150-10", "2.45", None, 469, 469, 6.5, _NETS["dist_mlp_500_150"]),
    Row("lenet_1", "[16x16] LeNet-1", "1.7", "3.7", 100, 3, 4, _NETS["lenet_1"]),
    Row("lenet_4", "LeNet-4", "1.1", "1.8", 260, 17, 7, _NETS["lenet_4"]),
    Row("lenet_4_local", "LeNet-4 / Local learning", "1.1", "1.4", 20000, 24000, 2, features.lenet_4_local),
    Row("lenet_4_neighbours", "LeNet-4 / K-NN", "1.1", "1.6", 10000, 24000, 1, features.lenet_4_neighbours),
    Row("lenet_5", "LeNet-5", "0.95", None, 401, 60, 6, _NETS["lenet_5"]),
    Row("dist_lenet_5", "[dist] LeNet-5", "0.80", None, 401, 60, 8, _NETS["dist_lenet_5"]),
    Row("boosted_lenet_4", "[dist] Boosted LeNet-4", "0.70", "0.5", 460, 51, 20, nets.boosted_lenet_4),
)

ABLATIONS = tuple(Row(one.name, one.title, "-", None, None, None, one.minutes, one.run) for one in ablations.ABLATIONS)
