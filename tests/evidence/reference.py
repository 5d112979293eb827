"""The reduction once more, in plain Python and one row at a time: slow, and easy to check."""

from collections import Counter, defaultdict

LEVELS = {11: 2, 12: 2, 13: 1, 14: 0}
RANK = {"referral": 1, "neighbour": 2}


def standing(events, moment):
    """Latest version of each event known at a moment, with the place of its first version."""
    known = [e for e in events if e.recorded_at < moment.known_before]
    place = {}
    for event in sorted(known, key=lambda e: e.pk):
        place[event.pk] = place.get(event.corrects_id, event.pk)
    replaced = {e.corrects_id for e in known}
    rows = [
        e for e in known if e.pk not in replaced and not e.void and e.happened_on <= moment.as_of
    ]
    return sorted(rows, key=lambda e: (e.happened_on, place[e.pk]))


def households(rows):
    found = defaultdict(list)
    for row in rows:
        found[row.household].append(row)
    return found


def level(event):
    return LEVELS.get(event.stage, event.stage)


def reduce(events, moment):
    """All reductions of the events, as sorted lists of tuples."""
    homes = households(standing(events, moment))
    weekly, contacts, funnel, people = Counter(), set(), Counter(), {}
    for home, rows in homes.items():
        reached, where = 0, rows[0].neighbourhood_id
        for row in rows:
            if row.stage in (1, 2, 3, 11, 12, 13):
                contacts.add((where, row.happened_week, row.channel_id, home, row.happened_on))
            for stage in range(reached + 1, level(row) + 1):
                key = (where, row.happened_week, row.channel_id, str(row.origin), stage)
                weekly[key] += 1
                if stage == 4:
                    people[home] = row
            reached = max(reached, level(row))
        last = rows[-1].stage
        tenure = max(row.tenure for row in rows)
        funnel[(where, reached, last if last > 10 else 0, tenure)] += 1
    return {
        "weekly": [(*key, count) for key, count in sorted(weekly.items())],
        "contacts": [
            (*key, n) for key, n in sorted(Counter(item[:3] for item in contacts).items())
        ],
        "funnel": [(*key, count) for key, count in sorted(funnel.items())],
        "participants": _participants(homes, people),
        "referrals": _referrals(homes, people),
    }


def _participants(homes, people):
    found = []
    for home, entry in people.items():
        told = [row for row in homes[home] if row.happened_on <= entry.happened_on]
        ranks = [
            RANK.get(row.origin, 3 if row.origin == "campaign" and 3 <= row.stage <= 7 else 4)
            for row in told
        ]
        where = homes[home][0].neighbourhood_id
        week, channel = entry.happened_week, entry.channel_id
        found.append((entry.pk, where, week, entry.happened_on, channel, min(ranks)))
    return sorted(found)


def _referrals(homes, people):
    found = []
    for home, entry in people.items():
        named = {
            row.referrer
            for row in homes[home]
            if row.happened_on <= entry.happened_on and row.origin == "referral"
        } - {home}
        pairs = [
            (people[referrer].pk, entry.pk, people[referrer].happened_on, entry.happened_on,
             entry.happened_week - people[referrer].happened_week)
            for referrer in named
            if referrer in people
            and (people[referrer].happened_on, people[referrer].pk)
            < (entry.happened_on, entry.pk)
        ]  # fmt: skip
        found += [(*pair, len(pairs)) for pair in pairs]
    return sorted(found, key=lambda row: (row[1], row[0]))
