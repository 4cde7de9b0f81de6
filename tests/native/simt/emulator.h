// Runs kernels of native/src/cuda without a GPU, as plain C++: each thread of the GPU is a fiber,
// one thread of the host runs them all, one after the other between the places where they wait for
// each other. Blocks of a cooperative launch exist side by side, others one after the other.
//
// It reports, as DEVICE_FAILED with the kernel's name: threads of a block or warp that wait in
// different places or have ended while others wait; warps of fewer than 32 threads that shuffle; a
// barrier of the grid that not all blocks reach, or outside of a cooperative launch; writes behind
// the end of shared memory (AddressSanitizer: reads too, at the line); asynchronous copies at odd
// addresses. What a kernel throws comes out of the launch.
//
// Threads run in natural, reversed or shuffled order: a missing barrier shows in one of them as a
// wrong result. Shared memory is NaN at first. Asynchronous copies arrive at once in the natural
// order, otherwise when they are waited for.
//
// It can't show: speed; what tensor cores round on the way; memory that other blocks of a running
// launch see late or never (no fences, no L1); races between threads that no order of whole pieces
// between two barriers makes visible.
#ifndef NATIVERNN_TESTS_SIMT_EMULATOR_H_
#define NATIVERNN_TESTS_SIMT_EMULATOR_H_

#include <cstdint>
#include <functional>
#include <string>

namespace nrnn::simt {

enum class Order { kNatural, kReversed, kShuffled };

struct LaunchConfig {
  std::string name;
  int64_t blocks;
  int threads;
  int64_t shared_bytes;
  bool cooperative;
  Order order;
  uint64_t seed = 0;  // of kShuffled
};

// Runs kernel() once for each thread.
void Run(const LaunchConfig& config, const std::function<void()>& kernel);

// What the environment variable NATIVERNN_EMULATED_ORDER says: natural, reversed, shuffled (with a
// new seed for each launch), vary (the default: one after the other). Throws where it says anything
// else.
void ChooseOrder(LaunchConfig* config);

}  // namespace nrnn::simt

#endif  // NATIVERNN_TESTS_SIMT_EMULATOR_H_
