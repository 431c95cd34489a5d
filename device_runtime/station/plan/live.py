"""The plan that a station sorts by, and its reload: a broken file changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.station.plan.check import Findings, check_plan
from device_runtime.station.plan.plan import SortPlan, load_plan


@dataclass(frozen=True)
class Loaded:
    """A plan that sorts.

    Attributes:
        plan: to ask.
        findings: what `check_plan` says of it.
    """

    plan: SortPlan
    findings: Findings


class LivePlan:
    """Holds the plan of a station.

    `now` is one value that is replaced as a whole: whoever takes it for a piece has the old plan or the new one for all
    of it. `reload` may run on another thread meanwhile; large plans take seconds.

    Args:
        path: of the plan.
        grammar: the codes that there are; None: they are not compared.

    Raises:
        PlanError: there is no plan to begin with.
    """

    def __init__(self, path: Path | str, grammar: Grammar | None = None) -> None:
        self.path = path
        self._grammar = grammar
        self.now = self._loaded()

    def reload(self) -> str | None:
        """Read the plan again.

        Returns:
            None when the new plan sorts from now on; otherwise what is wrong with it, and the old one stays.
        """
        try:
            self.now = self._loaded()
        except PosteyeError as error:
            return f"{error}; the old plan stays"
        except MemoryError:
            return f"{self.path} needs more memory than there is; the old plan stays"
        return None

    def _loaded(self) -> Loaded:
        plan = load_plan(self.path)
        return Loaded(plan, check_plan(plan, self._grammar))
