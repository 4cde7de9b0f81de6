// Prints the microseconds of a barrier of the whole grid as the kernels of NativeRnn use it: one
// block on every multiprocessor, 256 threads each. The least of several launches.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cuda/simt.cuh"

namespace {

constexpr int kThreads = 256;
constexpr int kRounds = 20000;
constexpr int kLaunches = 5;

void Check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "barrier: %s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

NRNN_KERNEL BarrierKernel(uint32_t* arrived) {
  for (uint32_t round = 1; round <= kRounds; ++round) nrnn::cuda::SyncGrid(arrived, round);
}

}  // namespace

int main() {
  int blocks = 0;
  Check(cudaDeviceGetAttribute(&blocks, cudaDevAttrMultiProcessorCount, 0), "attribute");
  uint32_t* arrived = nullptr;
  Check(cudaMalloc(&arrived, sizeof(uint32_t)), "cudaMalloc");
  cudaEvent_t start = nullptr;
  cudaEvent_t end = nullptr;
  Check(cudaEventCreate(&start), "cudaEventCreate");
  Check(cudaEventCreate(&end), "cudaEventCreate");
  float best = 0;
  for (int launch = 0; launch < kLaunches; ++launch) {
    void* arguments[] = {&arrived};
    Check(cudaMemset(arrived, 0, sizeof(uint32_t)), "cudaMemset");
    Check(cudaEventRecord(start), "cudaEventRecord");
    Check(cudaLaunchCooperativeKernel(reinterpret_cast<void*>(BarrierKernel), dim3(blocks),
                                      dim3(kThreads), arguments, 0, nullptr),
          "cudaLaunchCooperativeKernel");
    Check(cudaEventRecord(end), "cudaEventRecord");
    Check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float milliseconds = 0;
    Check(cudaEventElapsedTime(&milliseconds, start, end), "cudaEventElapsedTime");
    best = launch == 0 ? milliseconds : std::min(best, milliseconds);
  }
  std::printf("%.4f\n", best * 1e3 / kRounds);
  return 0;
}
