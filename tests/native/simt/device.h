// The device layer of cuda/simt.cuh and the number types of cuda/precision.cuh in plain C++: what
// kernels see of the emulator (emulator.h says what it checks and what it can't show).
#ifndef NATIVERNN_TESTS_SIMT_DEVICE_H_
#define NATIVERNN_TESTS_SIMT_DEVICE_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define NRNN_DEVICE inline
#define NRNN_HOST_DEVICE inline
#define NRNN_KERNEL void
#define NRNN_BOUNDED_KERNEL(threads, blocks) void

namespace nrnn::simt {

// The GPU thread that runs now on this thread of the host.
struct Context {
  int thread, threads;
  int64_t block, blocks;
  void* shared;
};
inline thread_local Context current = {};

// Where in the sources threads wait for each other.
struct Place {
  const char* file;
  int line;
};

enum class Meeting { kNone, kBlock, kGrid, kWarp, kShuffleXor, kShuffleFrom, kShuffleUp };

void MeetBlock(Place place);
void MeetWarp(Place place);
void ArriveGrid(uint32_t* arrived, Place place);
void AwaitGrid(uint32_t* arrived, uint32_t round, Place place);
// The value that the lane called source passes to the same call.
uint64_t Exchange(Meeting kind, uint64_t value, int source, Place place);

// bytes: at most 16; both addresses are multiples of it.
void CopyAsync(void* shared, const void* global, size_t bytes, Place place);
void CommitCopies();
void WaitForCopies(int pending);

template <class Value>
Value Shuffle(Meeting kind, Value value, int source, Place place) {
  static_assert(std::is_trivially_copyable_v<Value> && sizeof(Value) <= sizeof(uint64_t));
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(Value));
  bits = Exchange(kind, bits, source, place);
  std::memcpy(&value, &bits, sizeof(Value));
  return value;
}

}  // namespace nrnn::simt

namespace nrnn::cuda {

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned int x, y, z, w;
};

constexpr int kWarp = 32;

inline int Thread() { return simt::current.thread; }
inline int Threads() { return simt::current.threads; }
inline int64_t Block() { return simt::current.block; }
inline int64_t Blocks() { return simt::current.blocks; }

inline void SyncBlock(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::MeetBlock({file, line});
}
inline void SyncWarp(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::MeetWarp({file, line});
}

template <class Value>
Value ShuffleXor(Value value, int mask, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const int lane = Thread() % kWarp;
  return simt::Shuffle(simt::Meeting::kShuffleXor, value, lane ^ mask, {file, line});
}
template <class Value>
Value ShuffleFrom(Value value, int lane, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  return simt::Shuffle(simt::Meeting::kShuffleFrom, value, lane & (kWarp - 1), {file, line});
}
template <class Value>
Value ShuffleUp(Value value, int delta, const char* file = __builtin_FILE(),
                int line = __builtin_LINE()) {
  const int lane = Thread() % kWarp;
  const int source = lane >= delta ? lane - delta : lane;
  return simt::Shuffle(simt::Meeting::kShuffleUp, value, source, {file, line});
}

template <class Value>
Value* SharedMemory() {
  return static_cast<Value*>(simt::current.shared);
}

// One thread of the host runs all threads of a launch, so these are plain.
inline int32_t AtomicAdd(int32_t* at, int32_t value) {
  const int32_t old = *at;
  *at = static_cast<int32_t>(static_cast<uint32_t>(old) + static_cast<uint32_t>(value));
  return old;
}
inline int32_t AtomicCompareExchange(int32_t* at, int32_t expected, int32_t desired) {
  const int32_t old = *at;
  if (old == expected) *at = desired;
  return old;
}

inline float LoadL2(const float* at) { return *at; }
inline float4 LoadL2(const float4* at) { return *at; }
inline uint4 LoadL2(const uint4* at) { return *at; }
// Reads, so that AddressSanitizer sees an address that is nowhere.
inline void PrefetchL2(const void* at) {
  static_cast<void>(*static_cast<const volatile unsigned char*>(at));
}

inline void ArriveGrid(uint32_t* arrived, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  simt::ArriveGrid(arrived, {file, line});
}
inline void AwaitGrid(uint32_t* arrived, uint32_t round, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  simt::AwaitGrid(arrived, round, {file, line});
}
inline void SyncGrid(uint32_t* arrived, uint32_t round, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
  simt::ArriveGrid(arrived, {file, line});
  simt::AwaitGrid(arrived, round, {file, line});
}

inline void CopyAsync16(void* shared, const void* global, const char* file = __builtin_FILE(),
                        int line = __builtin_LINE()) {
  simt::CopyAsync(shared, global, 16, {file, line});
}
inline void CopyAsync4(void* shared, const void* global, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  simt::CopyAsync(shared, global, 4, {file, line});
}
inline void CopyAsyncCommit() { simt::CommitCopies(); }
template <int kPending>
void CopyAsyncWait() {
  simt::WaitForCopies(kPending);
}

inline uint32_t FloatBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline float FloatOfBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

struct Half {
  uint16_t bits;
};
struct Bfloat {
  uint16_t bits;
};

inline float ToFloat(Bfloat value) { return FloatOfBits(uint32_t{value.bits} << 16); }

inline float ToFloat(Half value) {
  const uint32_t sign = (value.bits & 0x8000u) << 16;
  const uint32_t exponent = (value.bits >> 10) & 31u, mantissa = value.bits & 1023u;
  if (exponent == 31) return FloatOfBits(sign | 0x7f800000u | mantissa << 13);
  if (exponent != 0) return FloatOfBits(sign | (exponent + 112) << 23 | mantissa << 13);
  const float tiny = std::ldexp(static_cast<float>(mantissa), -24);
  return sign != 0 ? -tiny : tiny;
}

// To the nearest, of two equally near the even one.
inline void Round(float value, Bfloat* out) {
  const uint32_t bits = FloatBits(value);
  if (std::isnan(value)) {
    out->bits = 0x7fff;
    return;
  }
  out->bits = static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline void Round(float value, Half* out) {
  const uint32_t bits = FloatBits(value);
  const uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;
  uint32_t rounded;
  if (magnitude > 0x7f800000u) {
    out->bits = 0x7fff;
    return;
  }
  if (magnitude >= 0x477ff000u) {  // 65520, half way to 65536, and above
    rounded = 0x7c00u;
  } else if (magnitude < 0x38800000u) {  // below 2^-14: multiples of 2^-24
    rounded = static_cast<uint32_t>(std::nearbyint(std::ldexp(FloatOfBits(magnitude), 24)));
  } else {
    const uint32_t even = (magnitude >> 13) & 1u;
    rounded = (magnitude - (112u << 23) + 0xfffu + even) >> 13;
  }
  out->bits = static_cast<uint16_t>(sign | rounded);
}

// To TensorFloat-32: to the nearest, of two equally near the one further from zero.
inline float RoundToTf32(float value) {
  if (!std::isfinite(value)) return value;
  return FloatOfBits((FloatBits(value) + 0x1000u) & ~0x1fffu);
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_TESTS_SIMT_DEVICE_H_
