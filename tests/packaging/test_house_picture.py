"""The picture of the house in CONTRIBUTING.md, drawn from the imports themselves.

Run as a program it draws the picture anew: ``python tests/packaging/test_house_picture.py``.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
BLOCK = re.compile(r"```mermaid\n.*?```", re.DOTALL)
FLOORS = (
    "semshift_widgets", "cli", "adapters", "reports", "analyses", "training",
    "charts", "corpora", "encoders", "measures",
)  # fmt: skip

Graph = dict[str, set[str]]


def place(module: str) -> tuple[str, str]:
    """Give a module's floor and its room there."""
    parts = module.removeprefix("semshift_nb.").split(".")
    return parts[0], parts[1] if len(parts) > 1 else ""


def imports() -> list[tuple[str, str]]:
    """List who takes from whom, wherever in a file the import stands."""
    found = []
    for path in [*ROOT.glob("semshift_nb/**/*.py"), *ROOT.glob("widgets/**/*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[1:] if parts[0] == "widgets" else parts)
        if parts[-1] == "__init__":  # a face only hands names on
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                taken = [node.module]
                if node.module == "semshift_nb":
                    taken = [f"semshift_nb.{alias.name}" for alias in node.names]
                found += [(module, name) for name in taken if name.startswith("semshift_")]
    return found


def direct(graph: Graph) -> Graph:
    """Leave out arrows that a longer way stands for."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph.get(start, ()))
        while todo:
            if (here := todo.pop()) not in seen:
                seen.add(here)
                todo += graph.get(here, ())
        return seen

    return {
        start: {end for end in ends if not any(end in reach(other) for other in ends - {end})}
        for start, ends in graph.items()
    }


def floor_lines(floor: str, rooms: Graph) -> list[str]:
    """Draw a floor; what nearly all of its rooms take from is round and has no arrows."""
    names = sorted({*rooms, *(end for ends in rooms.values() for end in ends)})
    common = {n for n in names if sum(n in ends for ends in rooms.values()) > 0.6 * len(names)}
    arrows = {room: ends - common for room, ends in rooms.items()}
    boxes = [f"{floor}.{n}([{n}])" if n in common else f"{floor}.{n}[{n}]" for n in names]
    taken = [f"{floor}.{a} --> {floor}.{b}" for a, ends in direct(arrows).items() for b in ends]
    return [f"  subgraph {floor}", *(f"    {line}" for line in [*boxes, *sorted(taken)]), "  end"]


def picture() -> str:
    """Draw floors as boxes, rooms inside them, and an arrow to whatever is taken from."""
    floors: Graph = defaultdict(set)
    rooms: dict[str, Graph] = {floor: defaultdict(set) for floor in FLOORS}
    for taker, giver in imports():
        (floor, room), (other, from_room) = place(taker), place(giver)
        if floor in rooms and floor == other:
            rooms[floor][room] |= {from_room} - {room, ""}
        elif floor in rooms:
            rooms[floor][room] |= set()
            floors[floor] |= {other} & set(FLOORS)
    lines = [line for floor in FLOORS for line in floor_lines(floor, rooms[floor])]
    lines += sorted(f"  {a} ==> {b}" for a, ends in direct(floors).items() for b in ends)
    return "\n".join(["```mermaid", "flowchart TB", *lines, "```"])


def test_the_picture_shows_the_house_as_it_is():
    assert BLOCK.findall(PAGE.read_text(encoding="utf-8")) == [picture()], (
        "draw it anew: python tests/packaging/test_house_picture.py"
    )


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda _: picture(), text), encoding="utf-8")
