#!/usr/bin/env bash
# Packs NativeRnn, NativeRnn.Cli and, where its library is there, NativeRnn.Cuda.
#
#   tests/package/pack.sh FEED [NATIVES [CUDA_LIBRARY]]
#
# FEED: the folder that gets the packages. NATIVES: as cmake/natives.sh leaves them, by default build/natives.
# CUDA_LIBRARY: by default what bench/gpu/run.sh builds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
feed=$(mkdir -p "${1:?feed}" && cd "$1" && pwd)
natives=$(realpath -m "${2:-$root/build/natives}")
cuda=$(realpath -m "${3:-$root/build/gpu-dry/libnativernn_cuda.so}")
cd "$root"
if [ ! -e "$natives/linux-x64/libnativernn.so" ]; then
  echo "$natives has no linux-x64/libnativernn.so; cmake/natives.sh linux-x64 linux-arm64 win-x64 builds the libraries" >&2
  exit 1
fi

pack() {
  # The builds of the tests have had the analyzers; they take a minute.
  dotnet pack "managed/$1" -o "$feed" -v quiet -p:RunAnalyzers=false -p:NativeRnnNatives="$natives" \
    -p:NativeRnnLibrary="$natives/linux-x64/libnativernn.so" -p:NativeRnnCudaLibrary="$cuda"
}

pack NativeRnn
pack NativeRnn.Cli
if [ -e "$cuda" ]; then pack NativeRnn.Cuda; else echo "NativeRnn.Cuda: not packed, $cuda is not there"; fi
