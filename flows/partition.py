"""Which partition a customer lives in: Kafka's default partitioner, so that every client agrees."""

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2 (Java's `Utils.murmur2`, librdkafka's `murmur2_random`), unsigned.

    >>> murmur2(b"21") - 2**32, murmur2(b"abc")
    (-973932308, 479470107)
    """
    length = len(data)
    h = 0x9747B28C ^ length
    for start in range(0, length - length % 4, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ k >> 24) * _M & _MASK)
    rest = data[length - length % 4 :]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


def partition_of(customer: str, partitions: int) -> int:
    """The partition of a customer id."""
    return (murmur2(customer.encode()) & 0x7FFFFFFF) % partitions
