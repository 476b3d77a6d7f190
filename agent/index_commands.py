"""Commands that keep an index in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.command_line import Files, Json, reads_posts, usage
from index.posts.options import Options

Kept = Annotated[Path, typer.Argument(metavar="DIR", help="Index.")]


def check(
    directory: Kept,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be made of what stands; also upgrades an older index.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whether every file of an index is what was written; exit code 1 if one is not."""
    from agent import console
    from index.audiences import strangers
    from index.check import check_index, leftovers
    from index.repair import is_upgradable, repair_index

    with console.stdout_for_json(as_json):
        faults = [] if repair and is_upgradable(directory) else check_index(directory)
        left = leftovers(directory)
        mended = repair_index(directory) if repair and (faults or left or is_upgradable(directory)) else None
        unknown = strangers(directory) if not faults or mended else {}
    if as_json:
        told = {"faults": [vars(fault) for fault in faults], "leftovers": left, "made": mended and mended.made}
        told["strangers"] = unknown
        console.say_json({"index": str(directory), "whole": not faults or mended is not None, **told})
    else:
        console.show_checked(directory, faults, left, mended, unknown)
    if faults and mended is None:
        raise typer.Exit(1)


def remove(
    directory: Kept,
    author: Annotated[list[str] | None, typer.Option(help="Forget all posts of this person.")] = None,
    id_: Annotated[list[str] | None, typer.Option("--id", help="Forget the post with this id.")] = None,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="Forget posts from before this day (UTC).")] = None,
    as_json: Json = False,
) -> None:
    """Forget posts for good, with all that was read in them, and the conversations about this index.

    Whoever has no post left is taken out of all saved audiences; corrections of these posts go, too.
    """
    from agent import console
    from agent.memory import Memory, state_folder
    from index.remove import day_of, remove_posts

    if not (author or id_ or before):
        usage("Say what to forget: --author NAME, --id ID or --before DATE.")
    try:
        day = day_of(before)
    except ValueError as error:
        usage(str(error))
    with console.stdout_for_json(as_json):
        removed = remove_posts(directory, authors=author or (), ids=id_ or (), before=day)
        talks = Memory(state_folder()).forget_posts(directory)
    if as_json:
        told: dict[str, object] = {
            "posts": removed.posts,
            "people": removed.people,
            "conversations": talks,
            "held": removed.held,
        }
        told |= {"audiences": removed.audiences}
        console.say_json({"index": str(directory), **told, "left": removed.manifest.posts})
    else:
        console.show_removed(directory, removed, talks)


def correct(
    directory: Kept,
    post: Annotated[
        str | None, typer.Argument(metavar="POST_ID", help="The post; without one, what was corrected is listed.")
    ] = None,
    tone: Annotated[
        Literal["positive", "neutral", "negative"] | None, typer.Option(help="The tone that the post really has.")
    ] = None,
    toward: Annotated[str, typer.Option(metavar="NAME", help="Correct the tone toward this name in the post.")] = "",
    not_name: Annotated[str | None, typer.Option(metavar="WORDS", help="These words of the post are no name.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was corrected in the post.")] = False,
    as_json: Json = False,
) -> None:
    """Correct the tone of a post or a name in it; it counts in every answer from then on, and can be undone."""
    from agent import console
    from index.corrections import correct_name, correct_tone, read_corrections, undo_corrections

    if sum([tone is not None, not_name is not None, undo]) != (post is not None):
        usage("Give a post with one of --tone, --not-name and --undo; without a post, what was corrected is listed.")
    if toward and tone is None:
        usage("--toward goes with --tone.")
    if post is None:
        made, did = list(read_corrections(directory)), "corrected"
    elif undo:
        made, did = undo_corrections(directory, post), "undone"
    elif tone is not None:
        made, did = [correct_tone(directory, post, tone, toward)], "corrected"
    else:
        made, did = [correct_name(directory, post, not_name or "")], "corrected"
    if as_json:
        console.say_json({"index": str(directory), did: [vars(each) for each in made]})
    elif not made:
        console.stdout().print("Nothing is corrected yet.")
    for each in made if not as_json else ():
        console.stdout().print(console.visible(f"{each.post}: {each.words} ({did})."))


@reads_posts
def add(directory: Kept, files: Files, *, options: Options, as_json: Json = False) -> None:
    """Add the posts of FILES to an index: what is new is read, what has changed takes the place of what it was."""
    from agent import console
    from index.add import add_posts
    from index.build import total_bytes

    with console.build_progress(total_bytes(files)) as watch:
        added = add_posts(directory, files, options=options, advance=watch.advance)
    if as_json:
        told = {"new": added.new, "changed": added.changed, "known": added.known}
        console.say_json({"index": str(directory), **told, "reasons": added.tally.reasons})
    else:
        console.show_added(directory, added)
