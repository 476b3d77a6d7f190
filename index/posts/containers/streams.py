"""The bytes of a file as text: unpacked, in bounded memory, in the encoding that its content shows."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import IO, TYPE_CHECKING, Any

from index.errors import AnalystError
from index.posts.containers.files import ZIP_MAGIC, Source, View
from index.posts.spellings import SPELLINGS

if TYPE_CHECKING:
    Stream = io.BufferedReader[Any]

SAMPLE = 1 << 18  # bytes that a file's kind and encoding are told from
IN_MEMORY = 1 << 26  # bytes that are kept in memory; more goes to a temporary file
LONGEST_LINE = 1 << 25  # bytes of one line or one item of a list; a post is never as long
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
# No export of people's words shrinks to a two-hundredth: such a file is made to fill the memory or the day.
_BOMB_RATIO, _BOMB_SIZE = 200, 1 << 26
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WESTERN = ("cp1252", "cp1250", "cp1254", "cp1251", "cp1253")  # of Windows, the likeliest first
# Letters of Polish in cp1250 that would be fractions, powers and currencies inside words in cp1252.
_SUSPICIOUS = re.compile(rb"(?<=[a-zA-Z])[\xb3\xb9\xbf\xa5\xa2\xaf\xbc\xbe](?=[a-z])")
_FOREIGN_COLUMNS = frozenset(name for names in SPELLINGS.values() for name in names if not name.isascii())
_HIGH_SHARE = 0.12  # of letters: above it the text is hardly in Latin letters
OnBytes = Callable[[int], None]


@dataclass(frozen=True)
class Content:
    """A file, opened as far as its kind can be told. ``head`` is its beginning, unpacked, as UTF-8; ``encoding`` is a
    name of Python's, ``fallback`` the encoding of single lines that are no UTF-8. Of a small file ``unpacked`` holds
    all bytes, so that it is unpacked once however often it is read.
    """

    source: Source
    packing: str
    encoding: str
    fallback: str
    head: bytes
    whole: bool
    unpacked: bytes = b""

    @cached_property
    def kept(self) -> Source:
        """The file as one in which one can go back and forth (``kept``)."""
        return kept(self.source)

    def open(self, on_bytes: OnBytes = lambda count: None, text: bool = False) -> Stream:
        """All of the file, unpacked; long runs of nothing but ends of lines are left out of ``text``."""
        if self.whole:
            on_bytes(self.source.size if self.source.packed is None else self.source.packed)
            return io.BufferedReader(io.BytesIO(self.unpacked))  # type: ignore[arg-type,return-value]
        return _unpacked(self.source, self.packing, on_bytes, text)

    def lines(self, on_bytes: OnBytes = lambda count: None) -> Iterator[bytes]:
        """The lines of the file as UTF-8, as far as they are; one that is longer than any post is cut into pieces."""
        with undamaged(self.source.name), self.open(on_bytes, text=True) as stream:
            if self.encoding != "utf-8":
                text = io.TextIOWrapper(stream, self.encoding, errors="replace", newline=None)
                for line in iter(partial(text.readline, LONGEST_LINE), ""):
                    yield line.removeprefix("\ufeff").encode("utf-8", "replace")
                return
            first = stream.readline(LONGEST_LINE).removeprefix(codecs.BOM_UTF8)
            if b"\r" in first.rstrip(b"\r\n"):  # ends of lines from before 2001
                yield from _carriage_returns(first, stream)
                return
            yield first
            yield from iter(partial(stream.readline, LONGEST_LINE), b"")

    def decoded(self, line: bytes) -> str:
        """A line as text: UTF-8, or else what the whole of the file suggests."""
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            return line.decode(self.fallback, errors="replace")


def open_content(source: Source, encoding: str | None = None) -> Content:
    """Look at the beginning of a file; ``encoding`` is what its owner says it is in. Raises AnalystError if it is
    damaged.
    """
    with source.open() as file:
        start = file.read(8)
    packing = next((name for magic, name in _PACKED.items() if start.startswith(magic)), "")
    with undamaged(source.name), _unpacked(source, packing, lambda count: None) as stream:
        head = _read(stream, SAMPLE)
    whole = len(head) < SAMPLE
    unpacked = head if whole else b""
    if encoding is not None:
        known = _known(encoding)
        return Content(source, packing, known, known, _as_utf8(head, known), whole, unpacked)
    told, head = _encoding(head)
    return Content(source, packing, told, _fallback(head) if told == "utf-8" else told, head, whole, unpacked)


def kept(source: Source) -> Source:
    """``source`` as a file in which one can go back and forth: a member of a ZIP archive, which would be unpacked from
    its beginning at each step back, is unpacked once, where nobody can find it. Raises AnalystError if it is damaged or
    unpacks to far more than it holds.
    """
    if source.packed is None or source.container != "zip":
        return source
    held: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (read as long as its sources)
    with undamaged(source.name), _unpacked(source, "", lambda count: None) as stream:
        shutil.copyfileobj(stream, held)
    opened: Any = partial(View, held, 0, held.tell())
    return replace(source, _open=opened)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise AnalystError(
            f"There is no encoding {encoding!r}", todo="Try utf-8, utf-16, cp1252 or latin-1."
        ) from error


def _carriage_returns(first: bytes, stream: Stream) -> Iterator[bytes]:
    for line in (first, *iter(partial(stream.readline, LONGEST_LINE), b"")):
        yield from (part + b"\n" for part in re.split(rb"\r\n?|\n", line) if part)


def _read(stream: IO[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class CountingFile(io.RawIOBase):
    """A binary file that reports how many bytes of it have been read."""

    def __init__(self, raw: IO[bytes], on_bytes: OnBytes) -> None:
        self._raw, self._on_bytes = raw, on_bytes
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        self._on_bytes(len(data))
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Measured(io.RawIOBase):
    """An unpacked stream that ends in an error where it is far larger than its packed bytes can mean."""

    def __init__(self, unpacked: IO[bytes], packed: Callable[[], int], name: str, text: bool) -> None:
        self._unpacked, self._packed, self._name, self._text = unpacked, packed, name, text
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data.strip(b"\r\n"):  # a packed file of a billion line ends is read in a moment
            data = self._unpacked.read(len(buffer))
            self._measure(len(data))
            if not (self._text and data):
                break
        buffer[: len(data)] = data
        return len(data)

    def _measure(self, size: int) -> None:
        self._count += size
        if self._count > _BOMB_SIZE:
            check_ratio(self._count, self._packed(), self._name)


def check_ratio(unpacked: int, packed: int, name: str) -> None:
    """Raises AnalystError where a file unpacks to far more than its packed bytes can mean."""
    if unpacked > _BOMB_SIZE and unpacked > _BOMB_RATIO * max(1, packed):
        raise AnalystError(
            f"The file unpacks to more than {_BOMB_RATIO} times its size, which no posts do",
            where=name,
            todo="Unpack it by hand and look what it holds.",
        )


class ZstdFile(io.RawIOBase):
    """A zstd stream. Unlike zstandard's own reader it reads all of its frames, and fails when the last is cut off."""

    def __init__(self, packed: IO[bytes], unpacker: Any) -> None:
        self._packed, self._unpacker = packed, unpacker
        self._frame: Any = None
        self._rest, self._ready = b"", memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            self._rest = self._rest or self._packed.read(1 << 16)
            if not self._rest:
                if self._frame is not None:
                    raise EOFError("the last frame is cut off")
                return 0
            self._frame = self._frame or self._unpacker.decompressobj()
            self._ready = memoryview(self._frame.decompress(self._rest))
            self._rest = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def _unpacked(source: Source, packing: str, on_bytes: OnBytes, text: bool = False) -> Stream:
    member = source.packed is not None
    counted = CountingFile(source.open(), (lambda count: None) if member else on_bytes)
    raw: Any = io.BufferedReader(counted, buffer_size=1 << 17 if packing or member else 1 << 20)
    opened: Any = raw
    if packing == "gzip":
        opened = gzip.GzipFile(fileobj=raw)
    elif packing == "bzip2":
        opened = bz2.BZ2File(raw)
    elif packing == "xz":
        opened = lzma.LZMAFile(raw)  # noqa: SIM115 (closed with the stream around it)
    elif packing == "zstd":
        import zstandard

        # Reddit dumps are packed with a window of 2 GB.
        opened = ZstdFile(raw, zstandard.ZstdDecompressor(max_window_size=2**31))
    if member:
        on_bytes(source.packed or 0)
    if not packing and not member:
        return raw
    packed = (lambda: max(1, source.packed or 0)) if member else (lambda: counted.count)
    return io.BufferedReader(_Measured(opened, packed, source.name, text), buffer_size=1 << 18)


@contextmanager
def undamaged(name: str) -> Iterator[None]:
    """What unpackers raise for a file that is damaged or cut off, as an AnalystError."""
    import zipfile

    try:
        yield
    except (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise AnalystError("The file is damaged or cut off", where=name, todo="Download it again.") from error
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # zstandard is only loaded for .zst
            raise
        raise AnalystError("The file is damaged or cut off", where=name, todo="Download it again.") from error


def check_text(content: Content) -> None:
    """Raises AnalystError for a file that is no text, with what it seems to be."""
    head, name = content.head[:4096], content.source.name
    for magic, kind, todo in (
        (b"SQLite format 3", "a database of SQLite", "Export its table of posts as CSV."),
        (b"%PDF", "a PDF", "Export the posts as CSV or JSON."),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as .xlsx or CSV."),
        (ZIP_MAGIC, "a damaged ZIP archive or Excel workbook", "Download it again, or save the sheet as CSV."),
        (b"Rar!", "a RAR archive", "Unpack it."),
        (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it."),
    ):
        if head.startswith(magic):
            raise AnalystError(f"The file is {kind}", where=name, todo=todo)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if (
        controls > 0.3 * len(head)
        or (controls > 0.03 * len(head) and not _is_utf8(head))
        or (b"\0" in head and not _is_utf8(head))
    ):
        raise AnalystError("The file is not text", where=name, todo="Export the posts again as CSV or JSONL.")


def is_page(head: bytes) -> bool:
    """Whether a file begins as HTML or XML does."""
    return re.match(rb"\s*<(?:!doctype|html|\?xml|rss|feed)", head[:500], re.IGNORECASE) is not None


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return True


def _encoding(head: bytes) -> tuple[str, bytes]:
    """The encoding of a file by its beginning, and the beginning as UTF-8 where it is another."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            if encoding == "utf-8":
                return encoding, head.removeprefix(mark)
            return encoding, _as_utf8(head, encoding)
    even, odd = head[:2000:2].count(0), head[1:2000:2].count(0)
    half = len(head[:2000]) // 2
    if half > 8 and max(even, odd) > 0.4 * half and min(even, odd) < 0.1 * half:
        encoding = "utf-16-be" if even > odd else "utf-16-le"
        return encoding, _as_utf8(head, encoding)
    return "utf-8", head


def _columns_known(lines: bytes, encoding: str) -> int:
    """How many names of columns with letters beyond ASCII these lines begin with, in an encoding."""
    text = lines[:4000].decode(encoding, errors="replace").lower()
    return sum(cell.strip().replace(" ", "_") in _FOREIGN_COLUMNS for cell in re.split(r'[,;\t|"\n]', text))


def _as_utf8(head: bytes, encoding: str) -> bytes:
    return head[: len(head) // 4 * 4].decode(encoding, errors="replace").removeprefix("\ufeff").encode("utf-8")


def _fallback(head: bytes) -> str:
    """The encoding of lines that are no UTF-8: what Windows writes in the West, or what their letters show."""
    if _is_utf8(head):
        return "cp1252"
    odd = b"\n".join(line for line in head.splitlines() if not _is_utf8(line))[: 1 << 16]
    if (known := max(_WESTERN, key=lambda encoding: _columns_known(odd, encoding))) != _WESTERN[0]:
        return known
    if len(_SUSPICIOUS.findall(odd)) >= max(3, 0.03 * sum(byte > 127 for byte in odd)):
        return "cp1250"
    high = sum(byte > 127 for byte in odd)
    letters = high + sum(65 <= byte | 32 <= 122 and byte > 64 for byte in odd)
    if high <= _HIGH_SHARE * letters:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(odd).best()
    return best.encoding if best is not None and best.encoding not in ("ascii", "utf_8") else "cp1252"
