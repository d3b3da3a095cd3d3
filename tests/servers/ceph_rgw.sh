#!/bin/sh
# A one-node Ceph cluster with an S3 gateway for tests; everything lies in one folder.
#   ceph_rgw.sh new  FOLDER MON_PORT S3_PORT ACCESS_KEY SECRET_KEY   makes and starts all of it
#   ceph_rgw.sh gateway FOLDER                                       starts the gateway again
# Daemons write their process ids to FOLDER/run/*.pid; whoever started them ends them.
set -eu
verb=$1
folder=$2
export CEPH_CONF="$folder/ceph.conf"
# What other daemons of this machine configure must not leak in.
unset CEPH_ARGS CEPH_KEYRING || true

retry() { # retry TIMES COMMAND...: until it succeeds, five times a second
    times=$1
    shift
    while ! "$@" >/dev/null 2>&1; do
        times=$((times - 1))
        [ "$times" -gt 0 ] || { echo "gave up: $*" >&2; exit 1; }
        sleep 0.2
    done
}

start_gateway() {
    port=$(sed -n 's/^rgw frontends = .*:\([0-9]*\)$/\1/p' "$CEPH_CONF")
    rm -f "$folder/run/rgw.pid"
    radosgw -n client.admin --pid-file "$folder/run/rgw.pid"
    retry 300 curl --silent --output /dev/null "http://127.0.0.1:$port/"
}

if [ "$verb" = gateway ]; then
    start_gateway
    exit 0
fi
mon_port=$3 s3_port=$4 access_key=$5 secret_key=$6
mkdir -p "$folder/run" "$folder/log" "$folder/mon" "$folder/osd" "$folder/rgw"
cat >"$CEPH_CONF" <<CONF
[global]
fsid = $(uuidgen)
mon host = v2:127.0.0.1:$mon_port/0
mon initial members = a
public addr = 127.0.0.1
ms bind ipv6 = false
auth allow insecure global id reclaim = false
keyring = $folder/keyring
run dir = $folder/run
pid file = $folder/run/\$type.pid
admin socket = $folder/run/\$type.asok
log file = $folder/log/\$type.log
mon cluster log file = $folder/log/cluster.log
mon data = $folder/mon
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd memory target = 939524096
osd crush update on start = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon pg warn min per osd = 0
rgw data = $folder/rgw
rgw dns name = localhost
rgw frontends = beast endpoint=127.0.0.1:$s3_port
CONF
for name in mon. client.admin osd.0; do
    create=$([ -e "$folder/keyring" ] || echo --create-keyring)
    # shellcheck disable=SC2086  # an empty word must vanish
    ceph-authtool $create "$folder/keyring" --gen-key -n "$name" \
        --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
done
monmaptool --create --addv a "[v2:127.0.0.1:$mon_port]" --fsid "$(sed -n 's/^fsid = //p' "$CEPH_CONF")" \
    "$folder/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$folder/monmap" --keyring "$folder/keyring"
ceph-mon -i a
retry 100 timeout 5 ceph status
osd=$(uuidgen)
ceph osd new "$osd" >/dev/null 2>&1
ceph-osd -i 0 --mkfs --osd-uuid "$osd" --keyring "$folder/keyring" 2>/dev/null
ceph-osd -i 0 2>/dev/null
ceph osd crush add osd.0 1.0 host=localhost root=default >/dev/null 2>&1
retry 150 sh -c 'ceph osd stat | grep -q "1 up"'
start_gateway
timeout 60 radosgw-admin user create --uid=lab --display-name=lab \
    --access-key="$access_key" --secret-key="$secret_key" >/dev/null 2>&1
