#!/bin/sh
# Makes what docker-compose.yml mounts from deploy/secrets/: random passwords, and the files that Redis and Kafka check
# them with. What is there is kept, so it can run again at any time; for a new password delete its file first, then
# restart both sides. Needs only a POSIX system.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
chmod 700 secrets # other users of this machine do not get in; the files themselves must be readable inside containers
cd secrets
rm -f redis_users kafka_jaas # made anew below; a read-only file could not be written over

password() { # NAME: a random one, unless there is one
    [ -s "$1" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1"
}

digest() { # NAME: SHA-256 of a password, as Redis wants it
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

redis_user() { # NAME RULES…: a line of the ACL file
    name=$1
    shift
    password "redis_$name"
    echo "user $name on #$(digest "redis_$name") $*"
}

# Only the decide flow may write customers. @dangerous holds KEYS, FLUSHALL, CONFIG, DEBUG and their like.
{
    echo 'user default off'
    redis_user decide '~pc:{*}:* +@read +@write +@transaction +@connection +evalsha +script|load -@dangerous'
    redis_user publish '~pc:{*}:out +@connection +xrange +xtrim +xlen -@dangerous'
    redis_user learn '~pc:learn +@read +@write +@connection +evalsha +script|load -@dangerous'
    # show and recount: they read everything, and open the store as decide does, which loads its script.
    redis_user operator '~pc:* +@read +@connection +script|load -@dangerous'
    # On-site code: profiles, and the checkpoint's hash for Profiles.check.
    redis_user site '~pc:{*}:c:* ~pc:{*}:cp +@connection +hget +hmget -@dangerous'
} >redis_users

# Whoever writes events from outside the compose network.
password kafka_shop
cat >kafka_jaas <<END
shop.KafkaServer {
    org.apache.kafka.common.security.plain.PlainLoginModule required
    user_shop="$(cat kafka_shop)";
};
END

password grafana_admin
password grafana_key
chmod 444 ./*
echo "secrets are in $PWD"
