#!/usr/bin/env bash
# Looks into a built libnativernn_cuda.so at what the compiler made of the kernels:
#   - the kernels that keep weights or sums in registers (names with Persistent or TiledProduct), and
#     all others but those listed below, use no local memory: nothing spilled, no array on the stack;
#   - their bf16, fp16 and tf32 forms multiply on tensor cores (HMMA), where the GPU has them;
#   - Float32 forms do not.
#
#   cmake/check_cuda.sh LIBRARY [CUOBJDUMP [ARCHITECTURE...]]     CUOBJDUMP: of the toolkit that built it;
#                                                                 sm_90 ...: only these, a minute each
set -euo pipefail
library=${1:?usage: check_cuda.sh LIBRARY [CUOBJDUMP]}
cuobjdump=${2:-$(command -v cuobjdump || echo /usr/local/cuda/bin/cuobjdump)}
[ -f "$library" ] || { echo "check_cuda.sh: no such library: $library" >&2; exit 2; }
[ -x "$cuobjdump" ] || { echo "check_cuda.sh: no such program: $cuobjdump" >&2; exit 2; }

# Kernels (an extended regular expression) that may use local memory, each with its reason:
#   RandomNormal: sine and cosine reduce large angles through a table on the stack
may_use_local='RandomNormal'
products='Persistent|TiledProduct'

failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
architectures=${*:3}
[ -n "$architectures" ] || architectures=$("$cuobjdump" -lelf "$library" | sed -n 's/.*\.\(sm_[0-9a-z]*\)\.cubin.*/\1/p' | sort -u)
[ -n "$architectures" ] || { echo "check_cuda.sh: no kernels in $library" >&2; exit 1; }

# "Function NAME:" and on the next line "REG:40 STACK:0 SHARED:0 LOCAL:0 ...".
check_memory() {
  "$cuobjdump" -res-usage -arch "$1" "$library" 2>&1 | awk -v arch="$1" -v allowed="$may_use_local" '
    /^ *Function / { name = $2; sub(/:$/, "", name) }
    /REG:/ {
      ++kernels
      if (match($0, /STACK:[0-9]+/)) stack = substr($0, RSTART + 6, RLENGTH - 6)
      if (match($0, /LOCAL:[0-9]+/)) place = substr($0, RSTART + 6, RLENGTH - 6)
      if (stack + place > 0 && name !~ allowed) print arch ": " name " uses " stack + place " bytes of local memory"
      stack = place = 0
    }
    END { if (!kernels) print arch ": no resource usage was listed" }'
}

# Precisions that have tensor cores: fp16 from sm_75 on, bf16 and tf32 from sm_80.
check_instructions() {
  "$cuobjdump" -sass -arch "$1" "$library" 2>&1 | awk -v arch="$1" -v products="$products" '
    function finish() {
      if (name !~ products) return
      ++forms
      capability = substr(arch, 4) + 0
      half = name ~ /7Float16/ && capability >= 75
      wide = name ~ /8BFloat16|13TensorFloat32/ && capability >= 80
      if ((half || wide) && !hmma) print arch ": " name " uses no tensor cores"
      if (name ~ /7Float32/ && hmma) print arch ": " name " is of Float32 and uses tensor cores"
    }
    /Function :/ { finish(); name = $NF; hmma = 0 }
    / HMMA\./ { ++hmma }
    END { finish(); if (!forms) print arch ": no kernel of a product was found" }'
}

for architecture in $architectures; do
  check_memory "$architecture" >>"$failures"
  check_instructions "$architecture" >>"$failures"
done
if [ -s "$failures" ]; then
  sort -u "$failures" | c++filt >&2
  exit 1
fi
echo "check_cuda.sh: $(echo $architectures): no local memory, tensor cores in bf16, fp16 and tf32 products"
