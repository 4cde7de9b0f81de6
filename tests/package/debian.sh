#!/usr/bin/env bash
# Runs a program with the C and C++ libraries of another Debian, from its packages, unpacked into build/debian/CODENAME:
#
#   tests/package/debian.sh CODENAME PROGRAM [ARGUMENT...]     e.g. trixie, which is Debian 13, with glibc 2.41
#
# Needs no root and installs nothing. The loader of that Debian starts the program: what the program opens by name is also looked
# for in its own folder.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
codename=${1:?codename}
program=$(realpath "${2:?program}")
shift 2
folder=$root/build/debian/$codename

# bring: libc6 and what C++ programs need, by an apt with lists of its own.
bring() {
  local work=$1 deb
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $codename main" \
    >"$work/sources.list"
  cat >"$work/apt.conf" <<CONF
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "-";
APT::Sandbox::User "";
CONF
  export APT_CONFIG=$work/apt.conf
  apt-get update -q
  (cd "$work" && apt-get download -q libc6 libgcc-s1 libstdc++6)
  for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
}

if [ ! -e "$folder/complete" ]; then
  mkdir -p "$root/build/debian"
  work=$(mktemp -d "$root/build/debian/$codename.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  bring "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  touch "$work/root/complete"
  rm -rf "$folder"
  mv "$work/root" "$folder"
  rm -rf "$work"
  trap - EXIT
fi

libraries=$folder/usr/lib/x86_64-linux-gnu
loader=$libraries/ld-linux-x86-64.so.2
exec "$loader" --library-path "$libraries:$(dirname "$program")" "$program" "$@"
