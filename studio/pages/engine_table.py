"""The comparison of engines and voices, as the Engines page shows it."""

from __future__ import annotations

from typing import Any

from studio.pages.engine_cards import LABELS
from studio.pages.wording import escape, join_names, quote, say_count

HEADS = (
    ("Voice", ""),
    ("Speed", "times real time"),
    ("Similarity", "to its owner"),
    ("Score", "predicted, 1 to 5"),
    ("Licence", ""),
    ("Publish", ""),
)


def show_comparison(result: dict[str, Any], busy: bool, trouble: str, choices: list[str]) -> str:
    """The button, and the table of what has come so far."""
    rows = result.get("voices", [])
    if busy:
        total = int(result.get("total", 0))
        done = f"{len(rows)} of {say_count(total, 'voice')}" if total else "Loading the engines"
        value = f' value="{len(rows)}" max="{total}"' if total else ""
        action = (
            f'<div class="work busy"><div><h3>Comparing</h3><progress{value} aria-label="Comparing"></progress>'
            f'<p class="facts">{done}</p></div>'
            '<button type="button" id="compare-stop" data-act="compare-stop">Stop</button></div>'
        )
    else:
        action = (
            '<div class="row compare"><button type="button" class="primary" id="compare" data-act="compare" '
            f'data-with="text=#compare-text textarea">{"Compare again" if rows else "Compare"}</button>'
            f'<p class="facts">{tell_engines(choices)}</p></div>'
        )
    failed = f'<p class="remark outside" role="alert">{escape(trouble)}</p>' if trouble and not busy else ""
    return f"{action}{failed}{show_table(result) if rows else ''}"


def tell_engines(choices: list[str]) -> str:
    names = join_names([escape(LABELS.get(name, name)) for name in choices])
    return f"Every voice of {names} says the same lines. It takes some minutes; you may leave this page meanwhile."


def show_table(result: dict[str, Any]) -> str:
    heads = "".join(f'<th scope="col">{head}{f"<small>{small}</small>" if small else ""}</th>' for head, small in HEADS)
    body = "".join(show_row(row) for row in result["voices"])
    said = " ".join(str(line) for line in result.get("lines", []))
    return (
        f'<div class="measures"><div class="scroll" tabindex="0" role="region" aria-labelledby="compare-title"><table>'
        f'<thead><tr><th><span class="sr">Hear it</span></th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p class="hint">They said: {escape(said)}</p></div>'
    )


def show_row(row: dict[str, Any]) -> str:
    engine, label = str(row.get("engine", "")), escape(str(row.get("label", "")))
    name = f"{label} <small>{escape(LABELS.get(engine, engine))}</small>"
    if not row.get("file"):
        return (
            f'<tr class="unspoken"><td></td><th scope="row">{name}</th>'
            f'<td colspan="5" class="why-not">{escape(str(row.get("trouble", "")))}</td></tr>'
        )
    sound = f"/media/comparison/{quote(str(row['file']), safe='')}"
    figures = (
        f"{_number(row.get('times_real_time')):.1f}",
        _say(row.get("similarity"), 2),
        _say(row.get("predicted_score"), 2),
    )
    cells = "".join(f"<td>{figure}</td>" for figure in figures)
    publish = "yes" if row.get("publishable") else "no"
    return (
        f'<tr><td><button type="button" class="play" data-sound="{escape(sound)}" aria-pressed="false" '
        f'aria-label="Hear {label}"></button></td><th scope="row">{name}</th>{cells}'
        f"<td>{escape(str(row.get('licence', '')))}</td><td>{publish}</td></tr>"
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _say(value: object, digits: int) -> str:
    return f"{value:.{digits}f}" if isinstance(value, int | float) else "–"
