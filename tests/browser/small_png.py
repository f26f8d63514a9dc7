"""PNG pictures made small enough for a repository: at most 256 colours, pressed as hard as zlib can. Standard library alone."""
import collections
import struct
import zlib

MAGIC = b'\x89PNG\r\n\x1a\n'


def chunks(data):
    """Kind and content of each chunk."""
    at = len(MAGIC)
    while at < len(data):
        size, kind = struct.unpack_from('>I4s', data, at)
        yield kind, data[at + 8:at + 8 + size]
        at += 12 + size


def paeth(a, b, c):
    to_a, to_b, to_c = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    if to_a <= to_b and to_a <= to_c:
        return a
    return b if to_b <= to_c else c


def rows(data):
    """Width, bytes a pixel, and the rows of an unlaced picture of 8 bits a channel, as a browser writes them."""
    head = next(content for kind, content in chunks(data) if kind == b'IHDR')
    width, height, depth, colour = struct.unpack_from('>IIBB', head)
    assert depth == 8 and colour in (2, 6), 'not what a browser writes'
    size = 3 if colour == 2 else 4
    raw = zlib.decompress(b''.join(content for kind, content in chunks(data) if kind == b'IDAT'))
    length, last, out = width * size, bytearray(width * size), []
    for y in range(height):
        at = y * (length + 1)
        line = bytearray(raw[at + 1:at + 1 + length])
        unfilter(raw[at], line, last, size)
        out.append(line)
        last = line
    return width, size, out


def unfilter(how, line, last, size):
    """In place."""
    if how == 1:
        for i in range(size, len(line)):
            line[i] = (line[i] + line[i - size]) & 255
    elif how == 2:
        for i, above in enumerate(last):
            line[i] = (line[i] + above) & 255
    elif how == 3:
        for i, above in enumerate(last):
            line[i] = (line[i] + ((line[i - size] if i >= size else 0) + above) // 2) & 255
    elif how == 4:
        for i, above in enumerate(last):
            left, corner = (line[i - size], last[i - size]) if i >= size else (0, 0)
            line[i] = (line[i] + paeth(left, above, corner)) & 255


def palette_of(counts):
    """The colours most used, and which of them stands for each other one."""
    chosen = [colour for colour, _ in counts.most_common(256)]
    places = {colour: i for i, colour in enumerate(chosen)}
    for colour in counts:
        if colour not in places:
            places[colour] = min(range(len(chosen)), key=lambda i, c=colour: sum((x - y) ** 2 for x, y in zip(chosen[i], c)))
    return chosen, places


def chunk(kind, content):
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))


def small(data):
    """The same picture; colours that nearly nobody uses become their neighbours."""
    width, size, lines = rows(data)
    pixels = [[bytes(line[i:i + 3]) for i in range(0, len(line), size)] for line in lines]
    exact = collections.Counter(pixel for line in pixels for pixel in line)
    coarse = {pixel: tuple(channel & 0xf8 | channel >> 5 for channel in pixel) for pixel in exact}
    counts = collections.Counter()
    for pixel, count in exact.items():
        counts[coarse[pixel]] += count
    chosen, places = palette_of(counts)
    index = {pixel: places[colour] for pixel, colour in coarse.items()}
    body = b''.join(b'\0' + bytes(index[pixel] for pixel in line) for line in pixels)
    return (MAGIC + chunk(b'IHDR', struct.pack('>IIBBBBB', width, len(lines), 8, 3, 0, 0, 0)) +
            chunk(b'PLTE', b''.join(bytes(colour) for colour in chosen)) + chunk(b'IDAT', zlib.compress(body, 9)) + chunk(b'IEND', b''))
