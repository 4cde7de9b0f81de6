// What kernels are written against: indices, barriers, shuffles, shared memory, atomics and copies
// of one GPU thread. Two back ends: CUDA, below, and the emulator of tests/native/simt, which runs
// the same kernel sources as plain C++. A kernel is one-dimensional and takes one argument, a
// trivially copyable struct:
//
//   NRNN_KERNEL ScaleKernel(ScaleArgs args) {
//     for (int64_t k = GlobalThread(); k < args.length; k += GlobalThreads()) ...
//   }
//
// Threads of a warp and of a block reach every barrier and shuffle together. Shared memory is the
// dynamic block of the launch only, and holds anything when the kernel starts (the emulator: NaN).
#ifndef NATIVERNN_CUDA_SIMT_CUH_
#define NATIVERNN_CUDA_SIMT_CUH_

#include <cstdint>

#if defined(NRNN_EMULATED)

#include "simt/device.h"

#define NRNN_UNROLL
#define NRNN_NO_UNROLL

#else

#define NRNN_DEVICE __device__ __forceinline__
#define NRNN_HOST_DEVICE __host__ __device__ __forceinline__
#define NRNN_KERNEL __global__ void
// A kernel of at most threads a block, with blocks of them on a multiprocessor.
#define NRNN_BOUNDED_KERNEL(threads, blocks) __global__ void __launch_bounds__(threads, blocks)
// Before a loop whose counts are constants: all of it at once, so that arrays stay in registers.
#define NRNN_UNROLL _Pragma("unroll")
// Before a loop of few rounds that is in many places: none at once, so that code stays short.
#define NRNN_NO_UNROLL _Pragma("unroll 1")

namespace nrnn::cuda {

constexpr int kWarp = 32;

NRNN_DEVICE int Thread() { return static_cast<int>(threadIdx.x); }
NRNN_DEVICE int Threads() { return static_cast<int>(blockDim.x); }
NRNN_DEVICE int64_t Block() { return static_cast<int64_t>(blockIdx.x); }
NRNN_DEVICE int64_t Blocks() { return static_cast<int64_t>(gridDim.x); }

NRNN_DEVICE void SyncBlock() { __syncthreads(); }
NRNN_DEVICE void SyncWarp() { __syncwarp(); }

// Another lane's value; all 32 lanes take part. Value: float, double, int32_t, uint32_t or int64_t.
template <class Value>
NRNN_DEVICE Value ShuffleXor(Value value, int mask) {
  return __shfl_xor_sync(0xffffffffu, value, mask);
}
template <class Value>
NRNN_DEVICE Value ShuffleFrom(Value value, int lane) {
  return __shfl_sync(0xffffffffu, value, lane);
}
// The value of the lane that is delta below; lanes under delta keep theirs.
template <class Value>
NRNN_DEVICE Value ShuffleUp(Value value, int delta) {
  return __shfl_up_sync(0xffffffffu, value, delta);
}

// The launch's dynamic shared memory, 128-byte aligned.
template <class Value>
NRNN_DEVICE Value* SharedMemory() {
  extern __shared__ __align__(128) unsigned char nrnn_shared_memory[];
  return reinterpret_cast<Value*>(nrnn_shared_memory);
}

// The old value. For counters and faults; sums of floats never go through atomics, since their
// order would change the result.
NRNN_DEVICE int32_t AtomicAdd(int32_t* at, int32_t value) { return atomicAdd(at, value); }
NRNN_DEVICE int32_t AtomicCompareExchange(int32_t* at, int32_t expected, int32_t desired) {
  return atomicCAS(at, expected, desired);
}

// What other blocks of a running kernel wrote: read from L2, since L1 may hold what was there
// before.
NRNN_DEVICE float LoadL2(const float* at) { return __ldcg(at); }
NRNN_DEVICE float4 LoadL2(const float4* at) { return __ldcg(at); }
NRNN_DEVICE uint4 LoadL2(const uint4* at) { return __ldcg(at); }
// Asks for the line at this address, which is read soon.
NRNN_DEVICE void PrefetchL2(const void* at) { asm volatile("prefetch.global.L2 [%0];" ::"l"(at)); }

// SyncGrid in two: the block arrives, having written what others wait for; it waits for all blocks
// to have arrived for the round-th time, 1, 2, 3, ... Between them a block does what no other waits
// for. arrived: 0 before the launch, not used by anything else.
NRNN_DEVICE void ArriveGrid(uint32_t* arrived) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrived, 1u);
  }
}
NRNN_DEVICE void AwaitGrid(uint32_t* arrived, uint32_t round) {
  if (threadIdx.x == 0) {
    const uint32_t all = gridDim.x * round;
    uint32_t seen;
    do {
#if __CUDA_ARCH__ >= 700
      asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(arrived) : "memory");
#else
      seen = *static_cast<volatile uint32_t*>(arrived);
#endif
    } while (static_cast<int32_t>(seen - all) < 0);
    __threadfence();
  }
  __syncthreads();
}
// Waits until all blocks of a cooperative launch are here for the round-th time; what each wrote
// before, all see after (through LoadL2 or CopyAsync16).
NRNN_DEVICE void SyncGrid(uint32_t* arrived, uint32_t round) {
  ArriveGrid(arrived);
  AwaitGrid(arrived, round);
}

// Copies 16 bytes, both 16-byte aligned, from global memory (through L2 only) to shared memory,
// beside computation; CopyAsyncWait and a barrier before anyone reads them.
NRNN_DEVICE void CopyAsync16(void* shared, const void* global) {
#if __CUDA_ARCH__ >= 800
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(global) : "memory");
#else
  *static_cast<uint4*>(shared) = __ldcg(static_cast<const uint4*>(global));
#endif
}
// The same for 4 bytes, 4-byte aligned; not for what other blocks wrote (L1 may hold it).
NRNN_DEVICE void CopyAsync4(void* shared, const void* global) {
#if __CUDA_ARCH__ >= 800
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(global) : "memory");
#else
  *static_cast<float*>(shared) = *static_cast<const float*>(global);
#endif
}
// Closes a group of copies.
NRNN_DEVICE void CopyAsyncCommit() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Waits until all of this thread's groups but the newest kPending have arrived.
template <int kPending>
NRNN_DEVICE void CopyAsyncWait() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

}  // namespace nrnn::cuda

#endif  // NRNN_EMULATED

namespace nrnn::cuda {

NRNN_DEVICE int Lane() { return Thread() % kWarp; }
NRNN_DEVICE int Warp() { return Thread() / kWarp; }
NRNN_DEVICE int Warps() { return Threads() / kWarp; }
NRNN_DEVICE int64_t GlobalThread() { return Block() * Threads() + Thread(); }
NRNN_DEVICE int64_t GlobalThreads() { return Blocks() * Threads(); }

// Sum and maximum over a warp, the same bits in every lane.
template <class Value>
NRNN_DEVICE Value WarpSum(Value value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value += ShuffleXor(value, mask);
  return value;
}
NRNN_DEVICE float WarpMax(float value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) {
    const float other = ShuffleXor(value, mask);
    value = other > value || other != other ? other : value;  // NaN wins
  }
  return value;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_SIMT_CUH_
