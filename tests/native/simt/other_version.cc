// A library that says to be nativernn_cuda of another version.
#include <cstdint>

extern "C" __attribute__((visibility("default"))) int32_t nrnn_cuda_interface_version() {
  return -7;
}
