// What differs between programs of the same tests: compiled for each program by itself.
#include "selection.h"

namespace nrnn::test {

bool OnGpu() {
#if defined(NATIVERNN_CUDA_TESTS)
  return true;
#else
  return false;
#endif
}

bool Slow() {
#if defined(NATIVERNN_SLOW)
  return true;
#else
  return false;
#endif
}

}  // namespace nrnn::test
