#!/usr/bin/env bash
# Brings the part of CUDA 11.8 that compiles libnativernn_cuda into a folder, from Debian 12's
# non-free packages: nvcc and what it calls, headers, libdevice, the static runtime. 150 MB, where
# installing the packages takes 5.5 GB. Downloads 860 MB; needs no root, installs nothing and
# leaves the system's package lists alone. Quick when the folder is there.
#
#   cmake/cuda_toolkit.sh            into $NATIVERNN_CUDA_TOOLKIT, or build/cuda-toolkit
#   cmake/cuda_toolkit.sh FOLDER
#
# nvcc 11.8 wants a host compiler of its time, g++-11: installed with apt when run as
# root, otherwise the script says what to install and fails.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-${NATIVERNN_CUDA_TOOLKIT:-$root/build/cuda-toolkit}}
packages=(nvidia-cuda-toolkit nvidia-cuda-dev libcu++-dev)

fail() { echo "cuda_toolkit.sh: $*" >&2; exit 1; }
has_command() { command -v "$1" >/dev/null 2>&1; }

host_compiler() {
  local compiler
  for compiler in g++-11 g++-10; do
    if has_command "$compiler"; then echo "$compiler"; return; fi
  done
}

need_host_compiler() {
  [ -z "$(host_compiler)" ] || return 0
  if has_command apt-get && [ "$(id -u)" -eq 0 ]; then
    echo "Installing g++-11 with apt-get ..."
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q \
      --no-install-recommends g++-11 >/dev/null || true
  fi
  [ -n "$(host_compiler)" ] ||
    fail "nvcc 11.8 needs g++-11: sudo apt-get install -y g++-11"
}

# unpack DEB FOLDER PATTERN...: those files of a package.
unpack() {
  local deb=$1 to=$2
  shift 2
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$to" --wildcards "$@"
}

# Debian's places to those of NVIDIA's toolkit, which nvcc and CMake know without settings.
arrange() {
  local from=$1/usr to=$2
  mkdir -p "$to/bin" "$to/nvvm/bin" "$to/nvvm/libdevice" "$to/lib64"
  mv "$from/bin/"* "$to/bin/"
  mv "$from/lib/nvidia-cuda-toolkit/bin/nvcc" "$from/lib/nvidia-cuda-toolkit/bin/crt" "$to/bin/"
  mv "$from/lib/nvidia-cuda-toolkit/bin/cicc" "$to/nvvm/bin/"
  mv "$from/lib/nvidia-cuda-toolkit/libdevice/libdevice.10.bc" "$to/nvvm/libdevice/"
  mv "$from/include" "$to/include"
  mv "$from/lib/x86_64-linux-gnu/"*.a "$to/lib64/"
  cat >"$to/bin/nvcc.profile" <<'PROFILE'
TOP = $(_HERE_)/..
NVVMIR_LIBRARY_DIR = $(TOP)/nvvm/libdevice
CICC_PATH = $(TOP)/nvvm/bin
PATH += $(TOP)/nvvm/bin:$(_HERE_):
INCLUDES += "-isystem" "$(TOP)/include" $(_SPACE_)
LIBRARIES =+ $(_SPACE_) "-L$(TOP)/lib64"
PROFILE
}

# Compiles a kernel; the whole chain of tools must run.
check() {
  local source=$1/check.cu
  echo '__global__ void Check(float* y) { y[threadIdx.x] = expf(1.0f); }' >"$source"
  "$1/bin/nvcc" -ccbin "$(host_compiler)" -arch=sm_70 -c "$source" -o "$1/check.o" ||
    fail "the unpacked nvcc does not compile"
  rm "$source" "$1/check.o"
}

need_host_compiler
if [ -e "$folder/complete" ]; then exit 0; fi
[ "$(uname -m)" = x86_64 ] || fail "Debian has nvcc 11.8 for x86-64 only"

echo "Bringing CUDA 11.8 into $folder: 860 MB to download, two minutes to unpack."
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$(dirname "$folder")/cuda-toolkit.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$root/cmake/debian_download.sh" "$work" bookworm "main contrib non-free" "${packages[@]}"
mkdir "$work/unpacked" "$work/toolkit"
unpack "$work"/nvidia-cuda-toolkit_*.deb "$work/unpacked" \
  ./usr/bin/bin2c ./usr/bin/cudafe++ ./usr/bin/cuobjdump ./usr/bin/fatbinary ./usr/bin/nvdisasm \
  ./usr/bin/nvlink ./usr/bin/ptxas './usr/lib/nvidia-cuda-toolkit/bin/crt/*' \
  ./usr/lib/nvidia-cuda-toolkit/bin/cicc ./usr/lib/nvidia-cuda-toolkit/bin/nvcc \
  ./usr/lib/nvidia-cuda-toolkit/libdevice/libdevice.10.bc &
unpack "$work"/nvidia-cuda-dev_*.deb "$work/unpacked" './usr/include/*' \
  ./usr/lib/x86_64-linux-gnu/libcudart_static.a ./usr/lib/x86_64-linux-gnu/libcudadevrt.a
wait $!
unpack "$work"/libcu++-dev_*.deb "$work/unpacked" './usr/include/*'
arrange "$work/unpacked" "$work/toolkit"
check "$work/toolkit"
touch "$work/toolkit/complete"
rm -rf "$folder"
mv "$work/toolkit" "$folder"
