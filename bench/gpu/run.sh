#!/usr/bin/env bash
# NativeRnn on a GPU: builds, tests on the device, compares with PyTorch and times both, runs the C#
# program. Needs nvcc, a GPU, CMake, a C++17 compiler and a Python with torch; no .NET, no network.
#
#   bench/gpu/run.sh                     all of it, within 8 minutes
#   bench/gpu/run.sh --minutes 5         the benchmark gets what the rest leaves of them
#   bench/gpu/run.sh --filter LSTM bf16  of the benchmark only shapes and precisions with these words
#   bench/gpu/run.sh --dry-run           without a GPU: compiles for all kinds, and runs tests and comparison on the
#                                        emulated one; nothing is timed
#   bench/gpu/run.sh --dry-run --emulator FOLDER   takes the emulated GPU and its tests from this build folder of the
#                                        same sources, such as build/release, in place of building them again
#   bench/gpu/run.sh --build-only        ends after the build
#
# Tables and whole logs go to $OUT, or build/gpu-results. Exit code: 0, or 1 if anything failed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

usage() { sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

dry_run=no
build_only=no
emulator=
minutes=8
words=()
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) dry_run=yes; shift ;;
    --build-only) build_only=yes; shift ;;
    --emulator) emulator=$(realpath "${2:?folder}"); shift 2 ;;
    --minutes) minutes=${2:?minutes}; shift 2 ;;
    --filter)
      shift
      while [ $# -gt 0 ] && [[ $1 != --* ]]; do words+=("$1"); shift; done
      ;;
    -h | --help) usage; exit 0 ;;
    *) echo "run.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
  esac
done

deps=build/gpu-deps
out=${OUT:-build/gpu-results}
mkdir -p "$out"
build=build/gpu
if [ "$dry_run" = yes ]; then build=build/gpu-dry; fi
# Seconds that the steps after the comparison may take; each ends with `timeout` at the latest.
sanitizer_seconds=60
program_seconds=20
# A few tests of everything: whole stacks against PyTorch's numbers, products, each kind of kernel at small sizes.
few_tests='All/GoldenRnn*:*Gemm.EveryFlag*:*RowOps*:*LayerNorm.EqualValues*:*RandomOps*:Handles*'
problems=()
notes=()

stage() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }
problem() { problems+=("$1"); echo "FAILED: $1"; }
note() { notes+=("$1"); echo "NOTE: $1"; }
has_command() { command -v "$1" >/dev/null 2>&1; }

# ---- What this machine has ----

find_nvcc() {
  local candidate
  for candidate in "${CUDACXX:-}" nvcc /usr/local/cuda/bin/nvcc; do
    if [ -n "$candidate" ] && has_command "$candidate"; then command -v "$candidate"; return; fi
  done
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 /usr/bin/python3; do
    if [ -n "$candidate" ] && "$candidate" -c 'import torch' 2>/dev/null; then echo "$candidate"; return; fi
  done
}

# Where GoogleTest comes from: "package", a folder, or nothing.
find_googletest() {
  if echo '#include <gtest/gtest.h>' | "${CXX:-c++}" -E -x c++ - >/dev/null 2>&1; then echo package; return; fi
  local candidate
  for candidate in /usr/src/googletest "${GOOGLETEST_DIR:-}" "$root/$deps/googletest"; do
    if [ -n "$candidate" ] && [ -e "$candidate/googletest/CMakeLists.txt" ]; then echo "$candidate"; return; fi
  done
}

# cuBLASLt: PyTorch's own, so that both sides have the same, else the toolkit's; nothing: the loader looks for it.
find_cublas() {
  local folders=() found
  if [ -n "$python" ]; then
    mapfile -t folders < <("$python" -c 'import torch, os; print(os.path.dirname(os.path.dirname(torch.__file__)))')
    folders[0]+=/nvidia
  fi
  folders+=("$(dirname "$(realpath "$nvcc")")/..")
  found=$(find -L "${folders[@]}" -name 'libcublasLt.so.1[1-9]' 2>/dev/null | head -n 1)
  echo "$found"
}

find_commit() {
  git describe --always --dirty 2>/dev/null || cat "$deps/commit" 2>/dev/null || echo unknown
}

stage "what is here"
nvcc=$(find_nvcc)
if [ -z "$nvcc" ] && [ "$dry_run" = yes ]; then
  toolkit=${NATIVERNN_CUDA_TOOLKIT:-$root/build/cuda-toolkit}
  cmake/cuda_toolkit.sh "$toolkit"
  nvcc=$toolkit/bin/nvcc
fi
[ -n "$nvcc" ] || { echo "run.sh: no nvcc on PATH, in CUDACXX or in /usr/local/cuda/bin" >&2; exit 1; }
"$nvcc" --version | grep release

architecture=90
if [ "$dry_run" = no ]; then
  nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version --format=csv,noheader ||
    { echo "run.sh: nvidia-smi shows no GPU; --dry-run needs none" >&2; exit 1; }
  architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)
fi

python=$(find_python)
if [ -n "$python" ]; then
  "$python" -c 'import sys, torch; print("Python", sys.version.split()[0], "PyTorch", torch.__version__)'
fi

if [ "$dry_run" = no ] && [ -z "${NATIVERNN_CUBLASLT:-}" ]; then
  cublas=$(find_cublas)
  if [ -n "$cublas" ]; then export NATIVERNN_CUBLASLT=$cublas; fi
fi
echo "cuBLASLt: ${NATIVERNN_CUBLASLT:-what the loader finds; or products of its own}"

googletest=$(find_googletest)
googletest_options=(-DNATIVERNN_BUILD_TESTS=ON)
case "$googletest" in
  '') googletest_options=(-DNATIVERNN_BUILD_TESTS=OFF) ;;
  package) echo "GoogleTest: the installed package" ;;
  *)
    echo "GoogleTest: $googletest"
    googletest_options+=("-DNATIVERNN_GOOGLETEST_DIR=$googletest")
    ;;
esac

# ---- Build ----

build_all() {
  local warnings_as_errors=OFF # a GPU's machine may have compilers that nobody tried
  if [ "$dry_run" = yes ]; then warnings_as_errors=ON; fi
  local generator=() targets=(nativernn nativernn_cuda)
  if has_command ninja; then generator=(-G Ninja); fi
  if [ -n "$googletest" ] && [ -z "$emulator" ]; then targets+=(cuda_tests); fi
  # Of a machine's own GPU alone, for speed; a dry run compiles for all that the library is made for.
  local architectures=("-DCMAKE_CUDA_ARCHITECTURES=$architecture")
  if [ "$dry_run" = yes ]; then
    if [ -z "$emulator" ]; then targets+=(nativernn_cuda_emulated); fi
    architectures=()
  fi
  cmake "${generator[@]}" -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DNATIVERNN_CPU_KERNELS=OFF \
    "-DNATIVERNN_WARNINGS_AS_ERRORS=$warnings_as_errors" \
    -DNATIVERNN_CUDA=ON "-DCMAKE_CUDA_COMPILER=$nvcc" "${architectures[@]}" \
    "${googletest_options[@]}" &&
    cmake --build "$build" --parallel "$(nproc)" --target "${targets[@]}" &&
    build_barrier
}

# How long a barrier of the whole grid takes, for the floor.
build_barrier() {
  local host=()
  if [[ $nvcc == "${toolkit:-none}"/* ]]; then host=(-ccbin g++-11); fi
  "$nvcc" "${host[@]}" -std=c++17 -O3 "-arch=sm_$architecture" -I native/src bench/gpu/barrier.cu \
    -o "$build/barrier"
}

stage "build"
if ! build_all >"$out/build.log" 2>&1; then
  tail -n 60 "$out/build.log"
  echo "run.sh: the build failed; all of its output: $out/build.log" >&2
  exit 1
fi
grep -i warning "$out/build.log" | head -n 10 || true

if [ "$build_only" = yes ]; then exit 0; fi

export NATIVERNN_CUDA_LIBRARY=$root/$build/libnativernn_cuda.so
if [ "$dry_run" = yes ]; then NATIVERNN_CUDA_LIBRARY=${emulator:-$root/$build}/libnativernn_cuda_emulated.so; fi

# ---- Native tests ----

# Runs the tests in parts side by side; the reference on the CPU is what takes time.
run_tests() {
  local parts=$1 part status=0 running=()
  shift
  for ((part = 0; part < parts; part++)); do
    GTEST_TOTAL_SHARDS=$parts GTEST_SHARD_INDEX=$part "$@" >"$out/part.$part" 2>&1 &
    running+=($!)
  done
  for ((part = 0; part < parts; part++)); do
    wait "${running[part]}" || status=$?
    cat "$out/part.$part"
    rm "$out/part.$part"
  done
  return "$status"
}

# The end of a log of GoogleTest's: what failed, how many passed.
show_tests() {
  grep -E '^\[  (PASSED|FAILED|SKIPPED) ' "$1" | grep -v ' ms)$' | sort | uniq -c | sort -rn | head -n 30 || true
}

stage "native tests on the device"
tests=${emulator:-$build}/tests/native/cuda_tests
if [ -z "$googletest" ]; then
  note "native tests SKIPPED: no GoogleTest (bench/gpu/pack.sh packs it); the comparison checks results all the same"
else
  filter='*'
  if [ "$dry_run" = yes ]; then filter=$few_tests; fi
  if ! run_tests "$(nproc)" timeout 150 "$tests" "--gtest_filter=$filter" >"$out/tests.log" 2>&1; then
    problem "native tests: $out/tests.log"
  fi
  show_tests "$out/tests.log"
fi

# ---- Comparison with PyTorch ----

seconds_left() { echo $((minutes * 60 - SECONDS - $1)); }

stage "comparison with PyTorch"
if [ -z "$python" ]; then
  note "comparison SKIPPED: no python3 with torch on PATH, in PYTHON or /usr/bin"
  [ "$dry_run" = yes ] || problem "comparison: no PyTorch"
else
  later=0
  if has_command compute-sanitizer && [ -n "$googletest" ]; then later=$((later + sanitizer_seconds)); fi
  if [ -e "$deps/publish.tar.xz" ]; then later=$((later + 2 * program_seconds)); fi
  budget=$(seconds_left "$later")
  options=(--library "$build/libnativernn.so" --out "$out" --commit "$(find_commit)" --nvcc "$nvcc")
  options+=(--seconds "$budget" --barrier "$build/barrier")
  if [ "$dry_run" = yes ]; then
    options+=(--dry-run)
    (cd bench/gpu && "$python" -B -m unittest report_test) || problem "the report's own tests"
  fi
  if [ ${#words[@]} -gt 0 ]; then options+=(--filter "${words[@]}"); fi
  # It ends by itself, unless a kernel does not.
  if ! timeout "$((budget + 60))" "$python" -B bench/gpu/compare.py "${options[@]}" 2>&1 | tee "$out/compare.log"; then
    problem "comparison: $out/compare.log"
  fi
fi

# ---- compute-sanitizer ----

stage "compute-sanitizer"
if [ "$dry_run" = yes ]; then
  echo "not in a dry run"
elif ! has_command compute-sanitizer || [ -z "$googletest" ]; then
  note "compute-sanitizer SKIPPED: it or GoogleTest is not installed"
else
  running=()
  tools=(memcheck racecheck synccheck)
  for tool in "${tools[@]}"; do
    timeout "$sanitizer_seconds" compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$tests" "--gtest_filter=$few_tests" >"$out/$tool" 2>&1 &
    running+=($!)
  done
  for index in "${!tools[@]}"; do
    status=0
    wait "${running[index]}" || status=$?
    tool=${tools[index]}
    { echo "== $tool, exit code $status"; cat "$out/$tool"; } >>"$out/sanitizer.log"
    grep -E '^========= (ERROR|RACECHECK) SUMMARY|^\[  (PASSED|FAILED)' "$out/$tool" || true
    if grep -q 'Device not supported' "$out/$tool"; then
      note "$tool SKIPPED: it does not support this device here"
    elif [ "$status" -eq 124 ]; then
      note "$tool did not end within $sanitizer_seconds s"
    elif [ "$status" -ne 0 ]; then
      problem "$tool: $out/sanitizer.log"
    fi
    rm "$out/$tool"
  done
fi

# ---- The C# program ----

# A character model of NativeRnn's own sources, in two precisions; a tiny one where the GPU is emulated.
run_program() {
  local program=$build/publish/NativeRnn.Cli precision size=(--max-seconds 8)
  if [ "$dry_run" = yes ]; then
    head -c 2000 README.md >"$build/text"
    size=(--data "$build/text" --layers 1 --hidden 8 --embedding 4 --batch 2 --sequence 5 --epochs 1)
  fi
  "$program" info || return
  for precision in float32 bfloat16; do
    timeout "$program_seconds" "$program" train text --device cuda --precision "$precision" \
      --out "$build/model" "${size[@]}" || return
  done
}

stage "C# from end to end"
if [ ! -e "$deps/publish.tar.xz" ]; then
  echo "not run: no $deps/publish.tar.xz (bench/gpu/pack.sh makes it)"
else
  mkdir -p "$build/publish"
  tar -C "$build/publish" -xJf "$deps/publish.tar.xz"
  if ! run_program 2>&1 | tee "$out/program.log"; then problem "C# program: $out/program.log"; fi
fi

stage "done"
for text in "${notes[@]}"; do echo "NOTE: $text"; done
for text in "${problems[@]}"; do echo "FAILED: $text"; done
[ ${#problems[@]} -eq 0 ]
