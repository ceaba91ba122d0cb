"""The content of a plan as one run has it: every part with a result ID and its place in time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tests.simulator.content import Case, Iteration, Machine, Plan, Step, Suite


@dataclass(slots=True)
class MachineNode:
    """A machine result; offsets are milliseconds after the run's start."""

    id: int
    machine_id: int
    content: Machine
    suites: list["SuiteNode"] = field(default_factory=list)
    offset: int = 0
    duration: int = 0

    @property
    def cases(self) -> Iterator["CaseNode"]:
        """The cases of all its suites."""
        return (case for suite in self.suites for case in suite.cases)


@dataclass(slots=True)
class SuiteNode:
    """A suite result."""

    id: int
    suite_id: int
    content: Suite
    machine: MachineNode
    cases: list["CaseNode"] = field(default_factory=list)
    offset: int = 0
    duration: int = 0


@dataclass(slots=True)
class CaseNode:
    """A case result; `position` counts the cases of the run from 0. An iteration is one too, with its `parent`.

    `origin` is the case as the plan has it: a run may have some of its data sets only.
    """

    id: int
    case_id: int
    content: Case
    suite: SuiteNode
    position: int
    offset: int
    iterations: list["CaseNode"] = field(default_factory=list)
    parent: "CaseNode | None" = None
    origin: Case | None = None

    @property
    def duration(self) -> int:
        """Milliseconds that it took."""
        return self.content.duration

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its own steps, or those of its iterations one after the other."""
        return self.content.steps or tuple(step for each in self.iterations for step in each.steps)


@dataclass(slots=True)
class Tree:
    """All results of a run, in order and by result ID (`rows` has iterations too)."""

    machines: list[MachineNode] = field(default_factory=list)
    suites: list[SuiteNode] = field(default_factory=list)
    cases: list[CaseNode] = field(default_factory=list)
    machine: dict[int, MachineNode] = field(default_factory=dict)
    suite: dict[int, SuiteNode] = field(default_factory=dict)
    rows: dict[int, CaseNode] = field(default_factory=dict)


class Ids:
    """Hands out IDs: equal names of the same kind get the same one, results get a new one each time."""

    def __init__(self, next_result: int) -> None:
        self._next_result = next_result
        self._named: dict[tuple[object, ...], int] = {}
        self._owner: dict[int, int] = {}

    def named(self, *key: object) -> int:
        """The ID of something that exists apart from runs."""
        return self._named.setdefault(key, 601 + len(self._named))

    def result(self, wanted: int | None, run_id: int) -> int:
        """A result ID: the one that is wanted unless another run has it."""
        if wanted is not None and self._owner.setdefault(wanted, run_id) == run_id:
            return wanted
        self._next_result += 1
        return self._next_result - 1


# The case as a run has it, perhaps with some of its data sets only; None: the run does not have it.
Keep = Callable[[Machine, Suite, Case], Case | None]

# A case of the plan, and how a run has it.
Kept = tuple[Case, Case]


def grow(plan: Plan, run_id: int, ids: Ids, keep: Keep = lambda _machine, _suite, case: case) -> Tree:
    """The tree of a new run with the cases that are to be kept; suites and machines without any are left out."""
    tree = Tree()
    for machine in plan.machines:
        kept = [
            (suite, [(case, one) for case in suite.cases if (one := keep(machine, suite, case))])
            for suite in machine.suites
        ]
        if any(cases for _suite, cases in kept) or not machine.suites:
            _Growth(tree, run_id, ids).machine(machine, kept)
    return tree


@dataclass(frozen=True, slots=True)
class _Growth:
    tree: Tree
    run_id: int
    ids: Ids

    def machine(self, content: Machine, kept: list[tuple[Suite, list[Kept]]]) -> None:
        machine_id = content.id or self.ids.named("machine", content.title)
        node = MachineNode(self.ids.result(content.result_id, self.run_id), machine_id, content)
        self.tree.machines.append(node)
        self.tree.machine[node.id] = node
        for suite, cases in kept:
            if cases or not suite.cases:
                self.suite(node, suite, cases)

    def suite(self, machine: MachineNode, content: Suite, cases: list[Kept]) -> None:
        result_id = self.ids.result(content.result_id, self.run_id)
        node = SuiteNode(result_id, suite_id(content, self.ids), content, machine, offset=machine.duration)
        for origin, case in cases:
            self.case(node, case, origin)
        machine.duration += node.duration
        machine.suites.append(node)
        self.tree.suites.append(node)
        self.tree.suite[node.id] = node

    def case(self, suite: SuiteNode, content: Case, origin: Case) -> None:
        case_id = content.id or self.ids.named("case", suite.suite_id, content.name)
        result_id = self.ids.result(content.result_id, self.run_id)
        offset = suite.offset + suite.duration
        node = CaseNode(result_id, case_id, content, suite, len(self.tree.cases), offset, origin=origin)
        node.iterations = [self.iteration(node, each) for each in content.iterations]
        suite.duration += content.duration
        suite.cases.append(node)
        self.tree.cases.append(node)
        self.tree.rows[node.id] = node

    def iteration(self, parent: CaseNode, content: Iteration) -> CaseNode:
        case = Case(content.set_name, content.result, content.message, content.steps, duration=content.duration)
        case = replace(case, rerun_result=content.rerun_result)
        result_id = self.ids.result(content.result_id, self.run_id)
        node = CaseNode(result_id, parent.case_id, case, parent.suite, parent.position, parent.offset, parent=parent)
        self.tree.rows[node.id] = node
        return node


def suite_id(suite: Suite, ids: Ids) -> int:
    """The ID of a suite, the same on every machine and in every run."""
    return suite.id or ids.named("suite", suite.name)
