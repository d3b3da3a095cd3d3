#!/usr/bin/env bash
# Installs the Debian packages of the named groups that are missing; as root or through sudo.
#   python   what the virtual environment needs
#   tests    what the tests drive: a real S3 server, a real browser, R
set -euo pipefail

declare -A groups=(
    [python]="python3-venv"
    [tests]="ceph-mon ceph-osd radosgw ceph-common uuid-runtime curl procps chromium r-base-core r-bioc-deseq2 r-bioc-limma r-bioc-edger r-cran-statmod"
)

missing=()
for group in "$@"; do
    if [ "$group" = python ] && python3 -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        continue
    fi
    if [ "$group" = python ] && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v python3 >/dev/null; then
        echo "$(python3 --version) is too old: benchlake needs 3.11 or newer. Put a newer python3 first in PATH, then run make again." >&2
        exit 1
    fi
    for package in ${groups[$group]}; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "This machine has no apt-get. Install the counterparts of: ${missing[*]} (Debian's names), then run make again." >&2
    exit 1
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "These system packages are missing: ${missing[*]}" >&2
        echo "Run as root: apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    root=(sudo)
fi
echo "installing system packages: ${missing[*]}" >&2
"${root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
