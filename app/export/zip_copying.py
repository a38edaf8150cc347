"""A copy of a zip in which some members are others: all the rest is carried over as it is packed, byte for byte.

Nothing is unpacked that does not change, so that a copy costs no more than the file's size, whatever is packed in it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipInfo

# The layouts of section 4.3 of the ZIP specification (APPNOTE.TXT): a member's header, its directory entry, the end.
_HEADER, _ENTRY, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
_SIZES_FOLLOW, _UTF8 = 0x0008, 0x0800
_MOST_BYTES = (1 << 32) - 1
_STEP = 1 << 20
_VERSION = 20


@dataclass(frozen=True, slots=True)
class _Member:
    """A member as its header and its directory entry have it; `offset` is where its header begins."""

    name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    offset: int
    attributes: int = 0


def copy_zip(
    source: IO[bytes],
    members: Iterable[ZipInfo],
    target: IO[bytes],
    changed: Mapping[str, bytes],
    added: Mapping[str, bytes],
) -> None:
    """Write `members` of `source` to `target` in their order, those named in `changed` with that content, then the `added`.

    What is added bears the date of the first member. Raises `BadZipFile` where the source is not whole or the copy would
    have 4 GB or more.
    """
    infos = list(members)
    written = [
        _write(target, _name_of(info), changed[info.filename], _moment(info))
        if info.filename in changed
        else _carry(source, info, target)
        for info in infos
    ]
    moment = _moment(infos[0])
    written += [_write(target, name.encode(), content, moment) for name, content in added.items()]
    _finish(target, written)


def _carry(source: IO[bytes], info: ZipInfo, target: IO[bytes]) -> _Member:
    """Copy a member as it is packed. Its sizes are the directory's, so that nothing need follow its content."""
    source.seek(info.header_offset)
    head = source.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(b"PK\x03\x04"):
        raise BadZipFile(info.filename)
    *_, name_length, extra_length = _HEADER.unpack(head)
    name = source.read(name_length)
    source.seek(extra_length, 1)
    flags = info.flag_bits & ~_SIZES_FOLLOW
    sizes = (info.CRC, info.compress_size, info.file_size)
    member = _Member(
        name, flags, info.compress_type, *_moment(info), *sizes, target.tell(), info.external_attr & _MOST_BYTES
    )
    _begin(target, member)
    left = member.packed
    while left:
        data = source.read(min(left, _STEP))
        if not data:
            raise BadZipFile(info.filename)
        target.write(data)
        left -= len(data)
    return member


def _write(target: IO[bytes], name: bytes, content: bytes, moment: tuple[int, int]) -> _Member:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    flags = 0 if name.isascii() else _UTF8
    sizes = (zlib.crc32(content), len(packed), len(content))
    member = _Member(name, flags, ZIP_DEFLATED, *moment, *sizes, target.tell())
    _begin(target, member)
    target.write(packed)
    return member


def _begin(target: IO[bytes], member: _Member) -> None:
    if max(member.offset, member.packed, member.size) >= _MOST_BYTES:
        raise BadZipFile("larger than 4 GB")
    target.write(_HEADER.pack(b"PK\x03\x04", *_described(member), len(member.name), 0) + member.name)


def _finish(target: IO[bytes], members: list[_Member]) -> None:
    start = target.tell()
    for member in members:
        lengths = (len(member.name), 0, 0, 0, 0)
        entry = _ENTRY.pack(b"PK\x01\x02", _VERSION, *_described(member), *lengths, member.attributes, member.offset)
        target.write(entry + member.name)
    size = target.tell() - start
    if start + size >= _MOST_BYTES:
        raise BadZipFile("larger than 4 GB")
    target.write(_END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), size, start, 0))


def _described(member: _Member) -> tuple[int, ...]:
    """The fields that header and entry share."""
    sizes = (member.crc, member.packed, member.size)
    return (_VERSION, member.flags, member.method, member.time, member.date, *sizes)


def _name_of(info: ZipInfo) -> bytes:
    """The name as it stands in the file."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


def _moment(info: ZipInfo) -> tuple[int, int]:
    """Time and date in the zip's own form."""
    year, month, day, hour, minute, second = info.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
