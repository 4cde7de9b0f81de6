#!/usr/bin/env bash
# Downloads packages of a Debian, which need not be this machine's, without installing them: an apt with lists and a cache of
# its own. Needs no root.
#
#   cmake/debian_download.sh FOLDER CODENAME COMPONENTS PACKAGE...     e.g. DIR bookworm "main non-free" nvidia-cuda-toolkit
#
# The .deb files come into FOLDER.
set -euo pipefail
folder=${1:?folder}
codename=${2:?codename}
components=${3:?components}
shift 3
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { echo "debian_download.sh: $*" >&2; exit 1; }

command -v apt-get >/dev/null 2>&1 && [ -e "$keyring" ] || fail "needs apt-get and Debian's keyring ($keyring)"
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
echo "deb [signed-by=$keyring] http://deb.debian.org/debian $codename $components" >"$folder/sources.list"
cat >"$folder/apt.conf" <<CONF
Dir::State::Lists "$folder/lists";
Dir::Cache "$folder/cache";
Dir::Etc::SourceList "$folder/sources.list";
Dir::Etc::SourceParts "-";
APT::Sandbox::User "";
CONF
export APT_CONFIG=$folder/apt.conf
apt-get update -q >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "apt-get update failed"; }
(cd "$folder" && apt-get download -q "$@") >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "apt-get download failed"; }
