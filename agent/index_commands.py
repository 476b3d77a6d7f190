"""Commands that make an index and keep it in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent import sample as sampling
from agent.command_line import Files, Json, fail, reads_posts, usage
from index.posts.options import Options
from index.versions.parts import posts_in

if TYPE_CHECKING:
    from index.engines.local import Engine

STOPPED = "Stopped."
Kept = Annotated[Path, typer.Argument(metavar="DIR", help="Index.")]


@reads_posts
def index(
    files: Files,
    out: Annotated[Path, typer.Option(help="Directory for the index.")],
    *,
    options: Options,
    ner: Annotated[str | None, typer.Option(help="An installed spaCy pipeline that finds the entities.")] = None,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Where posts are analysed: in this process, or on a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            help="The Ray cluster: host:port, or auto for the one that this machine is in.",
            show_default="one on this machine, for this build alone",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many encoders the cluster runs.", show_default="one on each core")
    ] = None,
    to_add: Annotated[bool, typer.Option("--add", help="Add the posts to the index that is there: `add`.")] = False,
    as_json: Json = False,
) -> None:
    """Make an index of the posts in FILES."""
    from agent import console

    if engine == "local" and (address is not None or workers is not None):
        usage("--address and --workers belong to --engine ray.")
    if to_add:
        if ner is not None or engine != "local":
            usage("An index keeps its recogniser, and is added to here: leave out --ner and --engine, or --add.")
        _add(out, files, options, as_json)
        return
    try:
        manifest, tally = sampling.build(
            files, out, options=options, ner=ner, engine=_cluster(address, workers) if engine == "ray" else None
        )
    except KeyboardInterrupt:
        fail(STOPPED if posts_in(out) else "Stopped; nothing was left behind.")
    if as_json:
        console.say_json({"index": str(out), **vars(manifest), "reasons": tally.reasons})
    else:
        console.show_built(manifest, tally, out)


def _cluster(address: str | None, workers: int | None) -> Engine:
    from index.engines.ray import Cluster

    return Cluster(address, workers)


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
        whole = not faults or mended is not None
        unknown = strangers(directory) if whole else {}
        talks = _conversations_with_the_removed(directory) if whole else 0
    if as_json:
        told: dict[str, object] = {
            "faults": [vars(fault) for fault in faults],
            "leftovers": left,
            "made": mended and mended.made,
        }
        told |= {"strangers": unknown, "conversations": talks}
        console.say_json({"index": str(directory), "whole": whole, **told})
    else:
        console.show_checked(directory, faults, left, mended, unknown)
        if talks:
            named = f"{talks:,} kept conversations about this index name people whose removal was asked for"
            console.say(f"{named}. Delete them all with `analyst remove {directory} --again`.")
    if talks or (faults and mended is None):
        raise typer.Exit(1)


def _conversations_with_the_removed(index: Path) -> int:
    """How many kept conversations about an index name people whose removal was asked for."""
    from agent.memory import FILE, Memory, state_folder
    from index.remains import named_in
    from index.removals import standing_removals

    asked = standing_removals(index)
    if not asked.authors or not (state_folder() / FILE).is_file():
        return 0
    return sum(named_in(texts, asked) > 0 for texts in Memory(state_folder()).texts_about(index))


def remove(
    directory: Kept,
    author: Annotated[list[str] | None, typer.Option(help="Forget all posts of this person.")] = None,
    id_: Annotated[list[str] | None, typer.Option("--id", help="Forget the post with this id.")] = None,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="Forget posts from before this day (UTC).")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Forget what is left of all that was asked for before.")
    ] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Let what was removed come back with an export that has it; alone: all.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Forget posts for good, with all that was read in them, and the conversations about this index.

    Whoever has no post left is taken out of all saved audiences. The request is remembered, as a hash: an export that
    still has these posts does not bring them back. Corrections of
    these posts go, too.
    """
    from agent import console
    from agent.memory import Memory, state_folder
    from index.remove import day_of, lift_removals, remove_posts

    if again == bool(author or id_ or before) and not lift:
        usage("Say what to forget: --author NAME, --id ID or --before DATE.")
    if again and lift:
        usage("Say --again or --lift.")
    try:
        day = day_of(before)
    except ValueError as error:
        usage(str(error))
    if lift:
        lift_removals(directory, authors=author or (), ids=id_ or (), before=day is not None)
        told_of = "; ".join([*map("@{}".format, author or ()), *(id_ or ()), *([f"before {before}"] if before else [])])
        if as_json:
            console.say_json({"index": str(directory), "lifted": told_of or "all"})
        else:
            told_of = told_of or "all requests"
            console.stdout().print(
                console.visible(f"Lifted ({told_of}): what was removed comes back with an export that has it.")
            )
        return
    with console.stdout_for_json(as_json):
        removed = remove_posts(directory, authors=author or (), ids=id_ or (), before=day, again=again)
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
    _add(directory, files, options, as_json)


def _add(directory: Path, files: list[str], options: Options, as_json: bool) -> None:
    from agent import console
    from index.add import add_posts
    from index.build import total_bytes

    with console.build_progress(total_bytes(files)) as watch:
        added = add_posts(directory, files, options=options, watch=watch)
    if as_json:
        told = {"new": added.new, "changed": added.changed, "known": added.known}
        console.say_json({"index": str(directory), **told, "reasons": added.tally.reasons})
    else:
        console.show_added(directory, added)


def push(
    directory: Kept,
    chroma: Annotated[
        str, typer.Option(envvar="ANALYST_CHROMA", metavar="http://host:port", help="The Chroma server.")
    ],
    as_json: Json = False,
) -> None:
    """Put the vectors of an index on a Chroma server, for all who read it with --chroma.

    What the index has forgotten since is deleted there.
    """
    from agent import console
    from index.push import push_version

    with console.stdout_for_json(as_json), console.waiting("Sending the vectors …"):
        pushed = push_version(directory, chroma)
    manifest = pushed.manifest
    if as_json:
        told = {"version": manifest.version, "posts": manifest.posts, "people": manifest.people}
        console.say_json({"index": str(directory), **told, "new": pushed.is_new, "dropped": pushed.dropped})
        return
    done = "now has" if pushed.is_new else "had already"
    console.say(f"The server {done} the vectors of {manifest.posts:,} posts and {manifest.people:,} people.")
    if pushed.dropped:
        console.say(f"Deleted there, since the index has them no more: {', '.join(pushed.dropped)}.")
