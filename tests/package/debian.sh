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

if [ ! -e "$folder/complete" ]; then
  mkdir -p "$root/build/debian"
  work=$(mktemp -d "$root/build/debian/$codename.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  "$root/cmake/debian_download.sh" "$work" "$codename" main libc6 libgcc-s1 libstdc++6
  mkdir "$work/root"
  for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
  touch "$work/root/complete"
  rm -rf "$folder"
  mv "$work/root" "$folder"
  rm -rf "$work"
  trap - EXIT
fi

libraries=$folder/usr/lib/x86_64-linux-gnu
loader=$libraries/ld-linux-x86-64.so.2
exec "$loader" --library-path "$libraries:$(dirname "$program")" "$program" "$@"
