"""The report of a dry run: a block that can be shown to anybody, and the lines around it, which may have names and IDs.

The block has fixed words, names of documented fields, and numbers of our own: no text of an input or an answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import groupby

from testsigma_action.api.documented import PATHS
from testsigma_action.domain import checkup
from testsigma_action.domain.checkup import Answer, Call, Difference, Findings, Kind, Level, Outcome, Subject
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.words import counted
from testsigma_action.errors import ExitCode, help_url
from testsigma_action.reporting.annotations import Annotation
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.reporting.summary.markup import CONCLUSION_SIGNS, bullets, link, paragraph, title
from testsigma_action.reporting.wording import CONCLUSIONS, conclusion, hints
from testsigma_action.text import MESSAGE, html, log_line, log_text, no_command

BEGIN, END = "===== BEGIN testsigma-action check =====", "===== END testsigma-action check ====="
STARTING = "Dry run: reading and checking. Nothing is started or changed, and no report file is written."
PASTE = (
    f"If you open an issue, paste the lines from {BEGIN.strip('= ')} to END: nothing in them identifies you. "
    "The lines before them may have names and IDs."
)
# What the step does without a call that no version of the API answers.
WITHOUT = {
    Level.CONFIGURATIONS: "an ID has to be given instead of a name",
    Level.ENVIRONMENTS: "an ID has to be given instead of a name",
    Level.NEWEST_RUNS: "no history; a run whose start was not answered is only looked for in the index",
    Level.INDEX_OF_RUNS: "a run whose start was not answered is only looked for in the plan's newest runs",
    Level.CASES: "the counters of the run decide, and reports have no cases",
    Level.RUN: "reports have no times, devices, steps and messages",
    Level.MACHINE: "reports have no devices",
    Level.SUITE: "reports have no times of suites",
    Level.INDEX_OF_SUITES: "suites are read one by one",
    Level.CASE: "cases that no index lists have no times",
    Level.INDEX_OF_CASES: "cases are read one by one, at most 200 of them",
    Level.STEPS: "reports have no steps and messages",
    Level.STEPS_OF_SET: "the steps of the whole case are read instead",
}
_OF_PLANS = frozenset({Level.NEWEST_RUNS, Level.INDEX_OF_RUNS})
# Where the name of a member is not the word for it.
_WORDS: dict[Enum, str] = {
    Subject.REPORTS: "report files",
    Subject.KEY: "API key",
    Subject.RUN: "run to attach to",
    Subject.CONFIGURATION: "saved configuration",
    Subject.RESULTS: "results of the last run",
    Outcome.NO_RUN: "no run found",
    Outcome.UNFINISHED: "not completed",
    Outcome.NOT_CHECKED: "could not be checked",
}
_KINDS = {
    Kind.FLAG: "true or false",
    Kind.NUMBER: "a number",
    Kind.TEXT: "a text",
    Kind.OBJECT: "an object",
    Kind.LIST: "a list",
    Kind.NULL: "null",
}
_FORMS = Kind.TIME | Kind.RESULT | Kind.STATUS


def lines(findings: Findings, verdict: Verdict, without_run: Mapping[str, Outcome]) -> list[str]:
    """The log: each problem, what to do, what could not be seen of plans (by ID), the block, and the verdict."""
    return [
        *(f"- {log_text(problem)}" for problem in map(sentence, verdict.findings)),
        *(f"What to do: {log_text(advice)}" for advice in hints(verdict)),
        *(f"Warning: {log_text(line)}" for line in _without_run(without_run)),
        PASTE,
        *block(findings, verdict),
        *([f"Help: {help_url(verdict.code)}"] if verdict.code else []),
        f"{conclusion(verdict)}: {_found(verdict, findings)} Nothing was started.",
    ]


def _without_run(without_run: Mapping[str, Outcome]) -> Iterator[str]:
    for plan_id, outcome in without_run.items():
        if outcome is Outcome.NO_RUN:
            yield f"no run of plan {plan_id} was found. It has never run, or its ID is wrong: only a start can tell."
        else:
            yield f"no list of runs can be read, so it is not known whether plan {plan_id} exists."


def summary(findings: Findings, verdict: Verdict, without_run: Mapping[str, Outcome]) -> str:
    """The summary of the job, with the same block."""
    problems = [html(line, MESSAGE) for line in (*map(sentence, verdict.findings), *_without_run(without_run))]
    advice = " ".join(hints(verdict))
    failed = verdict.exit_code and verdict.conclusion is Conclusion.CHECKED
    sign = CONCLUSION_SIGNS[Conclusion.ERROR if failed else verdict.conclusion]
    said = counted(len(verdict.findings), "problem") if failed else CONCLUSIONS[verdict.conclusion]
    code = f"Error code {link(f'<code>{html(verdict.code)}</code>', help_url(verdict.code))}" if verdict.code else ""
    parts = [
        title(2, f"{sign} Dry run: {said}"),
        paragraph(f"<b>{_found(verdict, findings)} Nothing was started.</b>"),
        bullets(problems) if problems else "",
        paragraph(f"What to do: {html(advice, MESSAGE)}" if advice else ""),
        paragraph(f"{code}, exit code {verdict.exit_code}" if code else ""),
        paragraph("If you open an issue, paste this block: nothing in it identifies you. The lines above it may."),
    ]
    return "\n\n".join([*filter(None, parts), "```text\n" + "\n".join(block(findings, verdict)) + "\n```\n"])


def annotations(verdict: Verdict) -> tuple[Annotation, ...]:
    """One error with all problems, if there are any."""
    if not verdict.exit_code:
        return ()
    title = no_command(f"Dry run: {counted(len(verdict.findings), 'problem')}")
    texts = [log_line(text, MESSAGE) for text in (*map(sentence, verdict.findings), *hints(verdict))]
    return (Annotation("error", title, "\n".join(texts)),)


def block(findings: Findings, verdict: Verdict) -> list[str]:
    """The lines that can be shown to anybody."""
    around = findings.surroundings
    proxy = "a proxy" if around.proxy else "no proxy"
    certificates = ", own certificates" if around.own_certificates else ""
    checks = [f"{_word(subject)}: {_word(outcome)}" for subject, outcome in findings.outcomes.items()]
    if findings.wrong_inputs:
        checks[0] += f" ({', '.join(findings.wrong_inputs)})"
    rows = checkup.in_one_row(findings.calls)
    return [
        BEGIN,
        f"testsigma-action {around.version}, Python {around.python}, {around.system}, {around.ci}",
        f"base-url: {around.host or 'another host'}, {proxy}{certificates}",
        f"verdict: {conclusion(verdict)}",
        "",
        *checks,
        "",
        *_table(rows),
        *_remarks(rows, plans=findings.outcomes.get(Subject.PLANS)),
        END,
    ]


def _word(member: Enum) -> str:
    return _WORDS.get(member, member.name.lower().replace("_", " "))


def _found(verdict: Verdict, findings: Findings) -> str:
    """How many problems there are, and with what: in words of our own, since people paste too much."""
    if verdict.conclusion is Conclusion.CANCELLED or verdict.exit_code is ExitCode.BUG:
        return "The dry run was cut short."
    found = counted(len(verdict.findings), "problem") if verdict.findings else "no problem"
    wrong = ", ".join(_word(subject) for subject, outcome in findings.outcomes.items() if outcome is Outcome.WRONG)
    return f"The dry run found {found} ({wrong})." if wrong else f"The dry run found {found}."


def _table(rows: Iterable[Call]) -> list[str]:
    """A line for each kind of call, in columns."""
    cells = [("call", "answer", "time", "requests")]
    for call in rows:
        answer = f"{_word(call.answer)} ({call.status})" if call.status else _word(call.answer)
        cells.append((_path(call), answer, f"{call.seconds * 1000:.0f} ms", str(call.requests)))
    if len(cells) == 1:
        return ["No call was made."]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [" | ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def _path(call: Call) -> str:
    return f"GET /api/{call.version}/{PATHS[call.level]}"


def _remarks(rows: tuple[Call, ...], plans: Outcome | None) -> Iterator[str]:
    """What differs from the documentation, and what the step does without the calls that were not answered."""
    answered = {call.level for call in rows if call.answer is Answer.ANSWERED}
    # Lists of a plan that does not exist say nothing about what a step would do without them.
    unsaid = answered | (_OF_PLANS if plans is Outcome.WRONG else set())
    # Said once for all versions of a call.
    last_of = {call.level: call for call in rows}
    for call in rows:
        lines = list(_differences(call.differences))
        if answered and call is last_of[call.level] and call.level in WITHOUT.keys() - unsaid:
            lines.append(f"without it: {WITHOUT[call.level]}")
        if lines:
            yield from ("", _path(call), *(f"  {line}" for line in lines))


def _differences(found: Iterable[Difference]) -> Iterator[str]:
    """One line for the fields that differ in the same way."""
    said = sorted((_difference(one), one.field) for one in found)
    for words, group in groupby(said, key=lambda pair: pair[0]):
        fields = ", ".join(field for _, field in group)
        yield f"{fields}: {words}" if fields.strip() else words


def _difference(one: Difference) -> str:
    where = "" if one.everywhere else " in some rows"
    if one.documented is Kind.ABSENT:
        return f"the answer is within this field{where}"
    if one.found is Kind.ABSENT:
        return f"absent{where}"
    if one.found is Kind.TEXT and one.documented & _FORMS:
        form = "a time" if one.documented & Kind.TIME else "a documented word"
        return f"a text that is not {form}{where}"
    documented = " or ".join(word for kind, word in _KINDS.items() if kind & one.documented)
    return f"{_KINDS[one.found]}{where}, documented as {documented or 'a text'}"
