"""Slow twins of the selection: plain Python, one image and edit at a time.

A table is [N, 2, S, K], base logits are [N, K]; an edit is a pair
(coordinate, direction); an image's effects are a dict from edits to numbers.
"""

import math


def looked_at(base, target, source=None):
    """Images predicted as the source, or as anything but the target."""
    predicted = [max(range(len(row)), key=lambda k: row[k]) for row in base]
    return [
        image
        for image, decision in enumerate(predicted)
        if (decision != target if source is None else decision == source)
    ]


def effects_on(table, base, images, target, measure):
    """{image: {(coordinate, direction): effect on the target}}."""
    value = {
        "logit": lambda logits: logits[target],
        "probability": lambda logits: _probability(logits, target),
        "log_odds": lambda logits: _log_odds(logits, target),
    }[measure]
    return {
        image: {
            (coordinate, direction): value(_edited(table, base, image, edit))
            - value([float(x) for x in base[image]])
            for direction in range(2)
            for coordinate in range(table.shape[2])
            for edit in [(coordinate, direction)]
        }
        for image in images
    }


def greedy(effects, top_k, cap, refill=False, minimum=0.0):
    """The notebook's selection with its cap -> [(coordinate, direction)]."""
    account = dict.fromkeys(effects, 0.0)
    selected: list[tuple[int, int]] = []
    while len(selected) < top_k:
        left = [image for image in effects if account[image] < cap]
        best = _largest_mean(
            {
                image: {
                    edit: max(0.0, effect)
                    for edit, effect in effects[image].items()
                    if edit not in selected
                }
                for image in left
            },
            minimum,
        )
        if best is None and refill and any(account.values()):
            account = dict.fromkeys(effects, 0.0)
        elif best is None:
            return selected
        else:
            selected.append(best)
            for image in effects:
                account[image] += max(0.0, effects[image][best])
    return selected


def algorithm_1(effects, top_k, threshold, minimum=0.0):
    """The paper's selection -> [(coordinate, direction)]."""
    coordinates = {edit[0] for changes in effects.values() for edit in changes}
    mean = {
        (coordinate, direction): sum(
            changes[coordinate, direction] for changes in effects.values()
        )
        / len(effects)
        for coordinate in coordinates
        for direction in range(2)
    }
    allowed = {
        coordinate
        for coordinate in coordinates
        if not (mean[coordinate, 0] > minimum and mean[coordinate, 1] > minimum)
    }
    left = set(effects)
    selected: list[tuple[int, int]] = []
    while len(selected) < top_k and left:
        best = _largest_mean(
            {
                image: {
                    edit: effect
                    for edit, effect in effects[image].items()
                    if edit[0] in allowed
                }
                for image in left
            },
            minimum,
        )
        if best is None:
            break
        selected.append(best)
        allowed.remove(best[0])
        left = {image for image in left if effects[image][best] <= threshold}
    return selected


def class_attributes(table, target, source, top_k, rules):
    """The list of a class -> (edits, the effects that it was read from)."""
    images = stable(
        table.effects,
        looked_at(table.base_logits, target, source),
        rules.unstable_effect,
        rules.unstable_share,
    )
    effects = effects_on(
        table.effects, table.base_logits, images, target, rules.measure
    )
    candidates = effects
    if rules.leads and effects:
        leads = [
            edit
            for edit in next(iter(effects.values()))
            if sum(changes[edit] for changes in effects.values())
            > rules.minimum_effect * len(effects)
        ]
        candidates = {
            image: {edit: changes[edit] for edit in leads}
            for image, changes in effects.items()
        }
    if rules.procedure == "paper":
        order = algorithm_1(
            effects, top_k, rules.threshold, rules.minimum_effect
        )
    else:
        order = greedy(
            candidates, top_k, rules.cap, rules.refill, rules.minimum_effect
        )
    return order, effects


def merge_all_images(lists, effects, images, top_k):
    """The notebook's list for two classes, leading to class 1.

    Args:
        lists: the edits towards class 0 and towards class 1.
        effects: `effects_on` class 0 and class 1, each of all stable images.
        images: how many there are, unstable ones included.
        top_k: at most so many.

    Returns:
        [(edit, rank)], the largest rank first.
    """
    candidates = [(s, 1 - d) for s, d in lists[0]]
    of_class_0 = {s for s, _ in lists[0]}
    candidates += [edit for edit in lists[1] if edit[0] not in of_class_0]

    def mean(target, edit):
        return (
            sum(changes[edit] for changes in effects[target].values()) / images
        )

    ranked = [
        ((s, d), mean(1, (s, d)) + mean(0, (s, 1 - d))) for s, d in candidates
    ]
    return sorted(ranked, key=lambda entry: -entry[1])[:top_k]


def merge(lists, effects, top_k):
    """The list for two classes, leading to class 1, each of the other's images.

    Args:
        lists: the edits towards class 0 and towards class 1.
        effects: `effects_on` class 0 and class 1, each of the other's images.
        top_k: at most so many.

    Returns:
        [(edit, rank)], the largest rank first.
    """
    candidates = {(s, 1 - d) for s, d in lists[0]} | set(lists[1])

    def mean(target, edit):
        images = effects[target].values()
        return sum(changes[edit] for changes in images) / max(len(images), 1)

    ranked = [
        ((s, d), mean(1, (s, d)) + mean(0, (s, 1 - d))) for s, d in candidates
    ]
    return sorted(ranked, key=lambda entry: -entry[1])[:top_k]


def subset(table, base, image, ranked, target):
    """The edits that help, until the summed logits flip -> (edits, flips)."""
    alone = effects_on(table, base, [image], target, "log_odds")[image]
    logits = [float(x) for x in base[image]]
    taken: list[tuple[int, int]] = []
    for coordinate, direction in ranked:
        if logits.index(max(logits)) == target:
            break
        if alone[coordinate, direction] <= 1e-4:
            continue
        if any(coordinate == other for other, _ in taken):
            continue
        taken.append((coordinate, direction))
        for k in range(len(logits)):
            logits[k] += float(table[image, direction, coordinate, k])
    return taken, logits.index(max(logits)) == target


def stable(table, images, effect, share):
    """The images with at most this share of changes beyond `effect`."""
    entries = share * table[0].size + 1e-9 if len(table) else 0
    return [
        image
        for image in images
        if sum(abs(float(x)) > effect for x in table[image].ravel()) <= entries
    ]


def realistic(score_changes, images, limit):
    """Coordinates whose mean |change| is within the limit both ways."""
    _, _, size = score_changes.shape
    return [
        all(
            sum(abs(float(score_changes[i, d, s])) for i in images)
            <= limit * len(images)
            for d in range(2)
        )
        for s in range(size)
    ]


def _largest_mean(effects, minimum):
    """The edit with the largest mean; None where none is above `minimum`."""
    best, best_mean = None, minimum
    edits = list(next(iter(effects.values()), {}))
    for edit in edits:
        mean = sum(changes[edit] for changes in effects.values()) / len(effects)
        if mean > best_mean:
            best, best_mean = edit, mean
    return best


def _edited(table, base, image, edit):
    coordinate, direction = edit
    return [
        float(b) + float(c)
        for b, c in zip(
            base[image], table[image, direction, coordinate], strict=True
        )
    ]


def _probability(logits, target):
    return math.exp(logits[target]) / sum(math.exp(x) for x in logits)


def _log_odds(logits, target):
    p = _probability(logits, target)
    others = sum(
        _probability(logits, k) for k in range(len(logits)) if k != target
    )
    return math.log(p) - math.log(others)
