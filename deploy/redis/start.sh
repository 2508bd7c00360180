#!/bin/sh
# Mend the append-only file, then start Redis.
#
# A file that ends inside a transaction (a power cut, a full disk) is loaded without it, but Redis leaves
# its beginning in the file, in front of all that it writes from then on; the restart after that one applies
# it, together with the next transaction. Fixed in Valkey by pull request 4342. The checker cuts it off.
set -eu
files=${1:-/data/appendonlydir}
for manifest in "$files"/*.manifest; do
    [ ! -f "$manifest" ] || echo y | redis-check-aof --fix "$manifest"
done
exec redis-server "${2:-/etc/redis/redis.conf}"
