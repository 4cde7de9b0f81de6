#!/usr/bin/env bash
# Builds the native libraries of the NuGet package, stripped: build/natives/RID/libnativernn.so, or libnativernn.dll.
#
#   cmake/natives.sh [RID...]     linux-x64, linux-arm64, win-x64; without any: all three
#
# Each is checked: what it needs of the system (tests/native/needed_libraries.cmake) and its size.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# preset, file, strip, objdump of each
declare -A recipes=(
  [linux-x64]="release libnativernn.so strip objdump"
  [linux-arm64]="neon libnativernn.so aarch64-linux-gnu-strip aarch64-linux-gnu-objdump"
  [win-x64]="windows libnativernn.dll x86_64-w64-mingw32-strip x86_64-w64-mingw32-objdump"
)
rids=("$@")
if [ ${#rids[@]} -eq 0 ]; then rids=(linux-x64 linux-arm64 win-x64); fi

for rid in "${rids[@]}"; do
  if [ -z "${recipes[$rid]:-}" ]; then
    echo "natives.sh: '$rid' is not built here, only: linux-x64, linux-arm64, win-x64" >&2
    exit 2
  fi
  read -r preset file strip objdump <<<"${recipes[$rid]}"
  cmake/build.sh "$preset" nativernn
  mkdir -p "build/natives/$rid"
  # Into place at once: packing may read it meanwhile.
  "$strip" --strip-unneeded -o "build/natives/$rid/$file.new" "build/$preset/$file"
  mv "build/natives/$rid/$file.new" "build/natives/$rid/$file"
  cmake -DLIBRARY="build/natives/$rid/$file" -DOBJDUMP="$objdump" -DMOST_BYTES=1572864 \
    -P tests/native/needed_libraries.cmake
  echo "$rid: $(stat -c %s "build/natives/$rid/$file") bytes"
done
