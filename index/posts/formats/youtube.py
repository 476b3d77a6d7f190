"""YouTube: comments of youtube-comment-downloader, of the Data API, and of Google Takeout."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick
from index.posts.formats.plain import with_headline
from index.posts.text import plain_of, text_of


def _is_download(sample: Sample) -> bool:
    if sample.header:
        return sample.has("cid", "text", "author", "votes")
    return sample.share(lambda item: {"cid", "text", "author", "votes"} <= item.keys()) > 0.5


def _is_kept_beside_video(sample: Sample) -> bool:
    """Comments as yt-dlp keeps them in the notes of a video, and as an Apify actor hands them out."""
    return sample.holds("text", "author", "author_id", "parent", "timestamp") or sample.holds(
        "cid", "comment", "author", "vote_count", "video_id"
    )


_BESIDE = {
    "id": ("id", "cid"), "author": ("author",), "text": ("text", "comment"),
    "created_at": ("timestamp", "published_time_text", "time_text"), "likes": ("like_count", "vote_count"),
    "replies": ("reply_count",), "community": ("video_id",),
}  # fmt: skip
_DOWNLOAD = {
    "id": ("cid",), "author": ("author",), "text": ("text",), "created_at": ("time_parsed", "time"),
    "likes": ("votes",), "replies": ("replies",),
}  # fmt: skip


def _is_api(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: _snippet(item) is not None) > 0.5


def _snippet(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    snippet = pick(item, "snippet.topLevelComment.snippet") or item.get("snippet")
    return snippet if isinstance(snippet, Mapping) and ("textDisplay" in snippet or "textOriginal" in snippet) else None


def _api(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    thread, answers = item.get("snippet"), pick(item, "replies.comments")
    first = _comment(item, pick(item, "snippet.topLevelComment.id") or item.get("id"))
    if isinstance(first, dict) and isinstance(thread, Mapping):
        first["replies"] = thread.get("totalReplyCount")
    listed = answers if isinstance(answers, list) else []
    return [first, *(_comment(answer, answer.get("id")) for answer in listed if isinstance(answer, Mapping))]


def _is_video(sample: Sample) -> bool:
    return (
        not sample.header
        and sample.share(
            lambda item: pick(item, "snippet.title") is not None and pick(item, "snippet.channelTitle") is not None
        )
        > 0.5
    )


def _video(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    number = item.get("id")
    return {
        "id": pick(number, "videoId") if isinstance(number, Mapping) else number,
        "author": pick(item, "snippet.channelTitle"),
        "text": with_headline(pick(item, "snippet.title"), pick(item, "snippet.description")),
        "created_at": pick(item, "snippet.publishedAt"),
        "likes": pick(item, "statistics.likeCount"),
        "replies": pick(item, "statistics.commentCount"),
        "lang": pick(item, "snippet.defaultAudioLanguage", "snippet.defaultLanguage"),
    }


def _comment(item: Mapping[str, Any], number: Any) -> Row | Left:
    snippet = _snippet(item)
    if snippet is None:
        return Left("not a comment")
    display = snippet.get("textDisplay")
    original = snippet.get("textOriginal")
    return {
        "id": number,
        "author": pick(snippet, "authorDisplayName", "authorChannelId.value"),
        "text": original or (plain_of(display) if isinstance(display, str) else display),
        "created_at": pick(snippet, "publishedAt", "updatedAt"),
        "likes": snippet.get("likeCount"),
        "community": pick(snippet, "videoId"),
    }


def _is_takeout(sample: Sample) -> bool:
    """A table of comments, of live chats or of videos, in the language of the account."""
    comments = any(sample.has(*names) for names in _HEADERS)
    return comments or sample.has("live_chat_id", "channel_id") or sample.has("video_id", "video_description_original")


# Number, channel, time and text of a comment in the languages in which Google heads them.
_HEADERS = (
    ("comment_id", "channel_id", "comment_text"), ("kommentar_id", "kanal_id", "kommentartext"),
    ("id_du_commentaire", "texte_du_commentaire"), ("id_de_comentario", "texto_del_comentario"),
    ("id_del_comentario", "texto_del_comentario"), ("id_commento", "testo_commento"),
    ("id_commento", "testo_del_commento"), ("id_do_comentário", "texto_do_comentário"),
    ("reactie_id", "kanaal_id", "reactietekst"), ("id_komentarza", "tekst_komentarza"),
    ("kommentars_id", "kommentartext"), ("yorum_kimliği", "yorum_metni"), ("コメント_id", "コメント_テキスト"),
)  # fmt: skip
_TAKEOUT = {
    "id": (*(names[0] for names in _HEADERS), "live_chat_id", "video_id"),
    "channel": ("channel_id", "kanal_id", "id_de_la_chaîne", "id_del_canal", "id_canale", "id_del_canale",
                "id_do_canal", "kanaal_id", "id_kanału", "kanalens_id", "kanal_kimliği", "チャンネル_id"),
    "text": (*(names[-1] for names in _HEADERS), "live_chat_text", "video_description_original"),
    "title": ("video_title_original",),
    "created_at": (
        "comment_create_timestamp", "live_chat_create_timestamp", "video_publish_timestamp", "video_create_timestamp",
        "zeitstempel_der_kommentarerstellung", "zeitstempel_der_erstellung_des_kommentars",
        "horodatage_de_création_du_commentaire", "horodatage_de_la_création_du_commentaire",
        "marca_de_tiempo_de_creación_del_comentario", "timestamp_creazione_commento",
        "timestamp_di_creazione_del_commento", "carimbo_de_data_hora_da_criação_do_comentário",
        "carimbo_de_data_hora_de_criação_do_comentário", "aanmaaktijdstempel_reactie",
        "sygnatura_czasowa_utworzenia_komentarza", "tidsstämpel_då_kommentaren_skapades",
        "yorum_oluşturma_zaman_damgası", "コメント作成タイムスタンプ",
    ),
    "community": ("video_id", "id_de_la_vidéo", "id_de_vídeo", "id_del_video", "id_video", "id_do_vídeo", "id_filmu",
                  "video_kimliği", "動画_id"),
    "visibility": ("privacy",),
}  # fmt: skip


def _takeout(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    channel = str(fields.get("channel") or "")
    if "channels" not in context.memo:
        table = context.text_beside("../channels/channel.csv") or context.text_beside("channel.csv")
        rows = csv.DictReader(io.StringIO(table))
        context.memo["channels"] = {
            str(row.get("Channel ID")): str(row.get("Channel Title (Original)") or row.get("Channel Title") or "")
            for row in rows
        }
    return {
        **fields,
        "author": context.author or context.memo["channels"].get(channel) or channel,
        "text": with_headline(fields.get("title"), _pieces(fields.get("text"))),
    }


def _pieces(cell: Any) -> Any:
    """The text of a cell like ``{"text":"see "},{"text":"3:03"}``."""
    if not isinstance(cell, str) or not cell.lstrip().startswith("{"):
        return cell
    try:
        return text_of(json.loads(f"[{cell}]"))
    except (ValueError, RecursionError):
        return cell


FORMATS = (
    Format(
        "YouTube comments (downloader)",
        _is_download,
        spellings=_DOWNLOAD,
        platform="YouTube",
        download="`youtube-comment-downloader --url … --output comments.jsonl`, or yt-dlp’s notes with comments",
        command="analyst index comments.jsonl --out INDEX",
        leaves="Pictures; “3 months ago” counts from the file's date where it has no exact time",
    ),
    Format("YouTube comments (downloader)", _is_kept_beside_video, spellings=_BESIDE),
    Format(
        "YouTube comments (Data API)",
        _is_api,
        _api,
        columns={
            "id": "id", "author": "authorDisplayName", "text": "textOriginal, or textDisplay as text",
            "created_at": "publishedAt", "likes": "likeCount", "replies": "totalReplyCount", "community": "videoId",
        },
        platform="YouTube, Data API",
        download="`commentThreads.list` or `comments.list`, as JSON or JSONL",
        command="analyst index comment_threads.json --out INDEX",
        leaves="Nothing but pictures",
    ),
    Format(
        "YouTube videos (Data API)",
        _is_video,
        _video,
        columns={
            "id": "id", "author": "channelTitle", "text": "title and description", "created_at": "publishedAt",
            "likes": "likeCount", "replies": "commentCount", "lang": "defaultAudioLanguage",
        },
        platform="YouTube, Data API",
        download="`videos.list`, `search.list` or `playlistItems.list`, as JSON or JSONL",
        command="analyst index videos.json --out INDEX",
        leaves="Thumbnails, views",
    ),
    Format(
        "YouTube comments (Takeout)",
        _is_takeout,
        _takeout,
        spellings=_TAKEOUT,
        columns={"author": "channel.csv, --author or Channel ID"},
        archive=True,
        platform="YouTube, your own comments",
        download="takeout.google.com, YouTube; the ZIP, its folder or `comments.csv`, in a dozen languages",
        command="analyst index takeout.zip --out INDEX",
        leaves="Videos, playlists, history; likes are not in the export",
    ),
)  # fmt: skip
