"""Whatever sessions tell, and in whatever order: the log stays readable."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from tests.listening import Listening
from tests.property.reports import texts as any_texts
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.events import (
    Activity,
    Answered,
    AnswerLost,
    Attached,
    CasesFailed,
    Ended,
    Event,
    PlanBusy,
    RerunAwaited,
    RerunIgnored,
    RerunStarted,
    ResultsLag,
    Retry,
    Started,
    Starting,
)
from testsigma_action.domain.identity import Foreign
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.results import CaseResult, Device, MachineResult, SuiteResult
from testsigma_action.domain.run import ConfigurationRef, Counts, Result, Run, RunSpec, Status
from testsigma_action.errors import InputError
from testsigma_action.reporting.progress.one_run import SILENCE
from testsigma_action.reporting.progress.several_runs import GRACE, STATUS_PAUSE

CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
# A name that holds our separator would only confuse the test.
texts = any_texts.filter(lambda text: "|" not in text)
numbers = st.none() | st.integers(0, 6000)
counts = st.builds(Counts, numbers, numbers, numbers, numbers, numbers, numbers, numbers, numbers)
durations = st.none() | st.timedeltas(timedelta(0), timedelta(days=3))
runs = st.builds(
    Run,
    texts,
    st.sampled_from(Status),
    st.sampled_from(Result),
    texts,
    texts,
    texts,
    build_number=texts,
    counts=counts,
    url=texts,
    parent_id=texts,
)
specs = st.builds(
    RunSpec,
    texts,
    texts,
    texts,
    configuration=st.none() | st.builds(ConfigurationRef, texts, texts),
    runtime_data=st.dictionaries(texts, texts, max_size=2),
    upload_versions=st.dictionaries(texts, texts, max_size=2),
    name=st.just("") | texts,
)
placed = st.tuples(
    st.builds(MachineResult, texts, texts, st.just(()), device=st.builds(Device, name=texts)),
    st.builds(SuiteResult, texts, texts, st.just(())),
    st.builds(CaseResult, texts, texts, texts, st.sampled_from(Result)),
)
endings = st.none() | st.builds(Ending, st.sampled_from(Disposition), st.none() | runs, texts)
events: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(Activity),
    st.builds(Starting, specs),
    st.builds(PlanBusy, texts, texts, st.timedeltas(timedelta(0), timedelta(days=1))),
    st.builds(AnswerLost, texts, texts),
    st.builds(Started, runs, st.booleans()),
    st.builds(Attached, runs),
    st.builds(Answered, runs, runs, durations, durations),
    st.builds(CasesFailed, st.lists(placed, max_size=25)),
    st.builds(RerunAwaited, runs),
    st.builds(RerunStarted, runs),
    st.builds(RerunIgnored, runs, runs, st.sampled_from(Foreign)),
    st.builds(ResultsLag, runs),
    st.builds(Retry, texts),
    st.just(Retry()),
    st.builds(Ended, st.none() | st.builds(InputError, texts), endings, st.none() | st.sampled_from(Conclusion)),
)
OF_ALL_RUNS = re.compile(r"\[\d+:\d\d:\d\d\] \d+ of \d+ runs finished|Testsigma (does not answer \(|answers again)")


@given(st.lists(specs, min_size=1, max_size=20), st.booleans(), st.data())
def test_any_story_is_told(plans: list[RunSpec], live: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """No order of events breaks it. No line holds a control character, or begins a command.

    Each line of one of several runs begins with a name that belongs to that run alone, and never changes.
    """
    listening = Listening(plans, live=live)
    names: dict[int, set[str]] = defaultdict(set)
    story = st.lists(st.tuples(st.integers(0, len(plans) - 1), events, st.floats(0, 200)), max_size=20)
    for index, event, pause in data.draw(story):
        listening.wait(pause)
        begin = len(listening.printed)
        listening.tell(index, event)
        names[index].update(name_in(line) for line in listening.printed[begin:] if not OF_ALL_RUNS.match(line))
    for line in listening.printed:
        assert not CONTROLS.search(line)
        assert not line.startswith(("::", "##", "---", "+++"))
    if len(plans) > 1:
        known = [name for of_run in names.values() for name in of_run]
        assert len(known) == len(set(known)) == len([of_run for of_run in names.values() if of_run])
        of_runs = [line for line in listening.printed if not OF_ALL_RUNS.match(line)]
        assert all(" | " in line for line in of_runs)


def name_in(line: str) -> str:
    """The name that a line begins with."""
    return line.partition(" | ")[0].rstrip()


answers = st.tuples(
    st.integers(0, 19),
    st.sampled_from([Status.QUEUED, Status.IN_PROGRESS, Status.UNKNOWN]),
    st.integers(0, 500),
    st.booleans(),
)


@given(st.lists(st.tuples(answers, st.floats(0, 20)), max_size=200))
def test_answers_make_no_flood(story: list[tuple[tuple[int, Status, int, bool], float]]) -> None:
    """However often 20 runs answer or fail to, and whatever they answer, few lines are printed.

    A run has one for its first failure, and one in 30 s for its status. All together have one in 50 s, and two for an
    outage that lasts 10 s.
    """
    listening = Listening([RunSpec(str(431 + number)) for number in range(20)])
    seen: dict[int, Run] = {}
    for (index, status, done, fails), pause in story:
        listening.wait(pause)
        if fails:
            listening.tell(index, Retry("503"))
            continue
        counts = Counts(total=500, passed=done, failed=done // 100, running=1)
        run = replace(samples.run(Result.QUEUED, status, counts), plan_name="", status_label=f"{status} {done}")
        listening.tell(index, Answered(seen.get(index, run), run, queued=timedelta(minutes=1)))
        seen[index] = run
    seconds = sum(pause for _, pause in story)
    lines = Counter(name_in(line) for line in listening.printed if "Testsigma" not in line)
    signs = sum(number for name, number in lines.items() if "runs finished" in name)
    assert signs <= seconds / SILENCE
    assert all(number <= 1 + 1 + seconds / STATUS_PAUSE for name, number in lines.items() if "finished" not in name)
    assert sum("Testsigma" in line for line in listening.printed) <= 2 * seconds / GRACE
