#!/usr/bin/env bash
# Puts into build/gpu-deps what a GPU machine without network and .NET may lack, to be copied there
# along with the tree; run.sh uses what it finds. On the build machine:
#
#   bench/gpu/pack.sh                googletest/ and publish.tar.xz
#   bench/gpu/pack.sh --no-publish   without the .NET SDK: googletest/ only
#
# googletest/     GoogleTest's sources (Debian: googletest), for the native tests
# publish.tar.xz  `nativernn` as a self-contained program for x86-64, for the C# run
# commit          which commit the tree has, in case the copy has no .git
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
deps=build/gpu-deps

publish=yes
case "${1:-}" in
  --no-publish) publish=no ;;
  '') ;;
  *) echo "pack.sh: unknown argument '$1'; known: --no-publish" >&2; exit 2 ;;
esac

mkdir -p "$deps"
git describe --always --dirty >"$deps/commit"

sources=${GOOGLETEST_DIR:-/usr/src/googletest}
if [ -e "$sources/googletest/CMakeLists.txt" ]; then
  rm -rf "$deps/googletest"
  mkdir -p "$deps/googletest/googletest"
  cp -r "$sources/googletest/"{CMakeLists.txt,cmake,include,src} "$deps/googletest/googletest/"
else
  echo "pack.sh: no GoogleTest in $sources (Debian: apt-get install googletest; or GOOGLETEST_DIR)" >&2
  exit 1
fi

if [ "$publish" = yes ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  dotnet publish managed/NativeRnn.Cli -c Release -r linux-x64 --self-contained -o "$folder" \
    -p:DebugType=none -p:GenerateDocumentationFile=false >"$deps/publish.log" ||
    { cat "$deps/publish.log" >&2; exit 1; }
  tar -C "$folder" -cJf "$deps/publish.tar.xz" .
  rm "$deps/publish.log"
fi

du -sh "$deps"/*
