// How libnativernn looks for the library nativernn_cuda, and what it says where there is none. A
// process loads the library once: the test that finds it is the last.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fixture.h"

namespace nrnn::test {
namespace {

// Why no GPU can be opened.
std::string Refusal() {
  int32_t count = 0;
  EXPECT_EQ(nrnn_device_count(NRNN_DEVICE_CUDA, &count), NRNN_UNSUPPORTED);
  return nrnn_last_error();
}

#define EXPECT_NAMES(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(CudaLoader, NamesTheFileThatIsNotThere) {
  setenv("NATIVERNN_CUDA_LIBRARY", "/nowhere/libnativernn_cuda.so", 1);
  const std::string text = Refusal();
  EXPECT_NAMES(text, "nrnn_device_count: kind is CUDA");
  EXPECT_NAMES(text, "/nowhere/libnativernn_cuda.so: ");
  EXPECT_NAMES(text, "No such file");
}

TEST(CudaLoader, NamesTheFileThatIsNoLibraryOfOurs) {
  setenv("NATIVERNN_CUDA_LIBRARY", "libm.so.6", 1);
  EXPECT_NAMES(Refusal(), "libm.so.6: it has no function nrnn_cuda_interface_version");
}

TEST(CudaLoader, RefusesAnotherVersion) {
  setenv("NATIVERNN_CUDA_LIBRARY", NATIVERNN_OTHER_VERSION_LIBRARY, 1);
  EXPECT_NAMES(Refusal(), "it has version -7 of the interface, this build needs ");
}

TEST(CudaLoader, TriesAgain) {
  setenv("NATIVERNN_CUDA_LIBRARY", NATIVERNN_EMULATED_LIBRARY, 1);
  int32_t count = 0;
  Check(nrnn_device_count(NRNN_DEVICE_CUDA, &count));
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace nrnn::test
