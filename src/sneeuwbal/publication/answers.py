"""The sceptic's four questions, answered from public numbers, or "no evidence yet"."""

from dataclasses import dataclass, field

from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication.models import PublicNumber

Numbers = dict[str, PublicNumber]

SHOWN, PARTIAL, NO_EVIDENCE, UNKNOWN = "shown", "partial", "none", "unknown"


@dataclass(frozen=True)
class Answer:
    """One question of the sceptic; `state` chooses the wording in the template."""

    question: str  # "where", "heard", "pays", "cost"
    state: str
    number: PublicNumber | None = None
    second: PublicNumber | None = None
    names: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def has_value(number: PublicNumber | None) -> bool:
    """Whether there is a number to show."""
    return number is not None and not number.withheld and number.value is not None


def where_did_it_snowball(
    whole: Numbers, neighbourhoods: dict[str, PublicNumber], *, hidden: int
) -> Answer:
    """Name the neighbourhoods whose snowball number is shown to be above one.

    Of a neighbourhood whose number is withheld nothing can be told either.
    """
    named = tuple(sorted(name for name, row in neighbourhoods.items() if row.verdict == "snowball"))
    silent = sum(row.value is None for row in neighbourhoods.values())
    state = SHOWN if named else NO_EVIDENCE
    return Answer(
        "where",
        state,
        number=whole.get(Figure.Kind.SNOWBALL),
        names=named,
        counts={"judged": len(neighbourhoods) - silent, "too_few": silent + hidden},
    )


def who_was_heard(whole: Numbers) -> Answer:
    """Count the conversations with residents."""
    voice = whole.get(Figure.Kind.VOICE)
    return Answer("heard", SHOWN if has_value(voice) else NO_EVIDENCE, number=voice)


def who_pays(whole: Numbers) -> Answer:
    """Tell how many took part for nothing and how many went on to a measure.

    What residents paid themselves is not recorded, so the second half stays open.
    """
    funnel = whole.get(Figure.Kind.FUNNEL)
    stages = funnel.details.get("stages", []) if funnel else []
    counts = {row["key"]: row["count"] for row in stages if row["count"] is not None}
    return Answer("pays", PARTIAL if counts else NO_EVIDENCE, number=funnel, counts=counts)


def what_did_it_cost(whole: Numbers) -> Answer:
    """Give cost per participating household; cost per additional household is not shown yet."""
    cost = whole.get(Figure.Kind.COST)
    growth = whole.get(Figure.Kind.GROWTH)
    return Answer("cost", PARTIAL if has_value(cost) else NO_EVIDENCE, number=cost, second=growth)


def answers(
    whole: Numbers, neighbourhoods: dict[str, PublicNumber], *, hidden: int
) -> list[Answer]:
    """All four, in the order in which the sceptic asks them."""
    return [
        where_did_it_snowball(whole, neighbourhoods, hidden=hidden),
        who_was_heard(whole),
        who_pays(whole),
        what_did_it_cost(whole),
    ]
