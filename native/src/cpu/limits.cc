// What a core can do at most: multiply-adds in registers, and reading memory.
//
//   multiply_add   sum_n = sum_n / 2 + 1, for as many independent n as it takes to hide the latency
//   read           sum_n += data, eight vectors at a time; integers, whose addition takes one cycle
#include "cpu/limits.h"

#include <utility>

#include "cpu/kernels.h"
#include "cpu/lanes-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

// Independent sums: latency times instructions a cycle is 8 on x86-64 (4 x 2) and up to 16 on arm64
// (4 x 4). 12 leave room for the constants in 16 registers, 24 fit where there are 32.
constexpr size_t kSums = (HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2) ? 12 : 24;

template <size_t... N>
float MultiplyAddSums(int64_t rounds, std::index_sequence<N...>) {
  const FloatTag d;
  const FloatVec half = hn::Set(d, 0.5f), one = hn::Set(d, 1.0f);
  FloatVec sums[] = {hn::Set(d, static_cast<float>(N))...};
  for (int64_t round = 0; round < rounds; ++round) {
    ((sums[N] = hn::MulAdd(sums[N], half, one)), ...);
  }
  FloatVec total = hn::Zero(d);
  ((total = hn::Add(total, sums[N])), ...);
  return hn::GetLane(hn::SumOfLanes(d, total));
}

float MultiplyAdd(int64_t rounds) {
  return MultiplyAddSums(rounds, std::make_index_sequence<kSums>());
}

template <size_t... N>
int32_t ReadVectors(const int32_t* data, int64_t count, int64_t passes, std::index_sequence<N...>) {
  const hn::ScalableTag<int32_t> d;
  hn::Vec<decltype(d)> sums[] = {hn::Set(d, static_cast<int32_t>(N))...};
  for (int64_t pass = 0; pass < passes; ++pass) {
    for (int64_t k = 0; k < count; k += sizeof...(N) * kLanes) {
      ((sums[N] = hn::Add(sums[N], hn::Load(d, data + k + N * kLanes))), ...);
    }
  }
  auto total = hn::Zero(d);
  ((total = hn::Add(total, sums[N])), ...);
  return hn::GetLane(hn::SumOfLanes(d, total));
}

int32_t Read(const void* data, int64_t bytes, int64_t passes) {
  constexpr size_t kVectors = 8;
  static_assert(kReadBytes % (kVectors * HWY_MAX_BYTES) == 0, "a read takes whole vectors");
  return ReadVectors(static_cast<const int32_t*>(data),
                     bytes / static_cast<int64_t>(sizeof(int32_t)), passes,
                     std::make_index_sequence<kVectors>());
}

}  // namespace

const LimitKernels& GetLimitKernels() {
  static const LimitKernels kernels = {2 * static_cast<int64_t>(kSums * kLanes), &MultiplyAdd,
                                       &Read};
  return kernels;
}

}  // namespace nrnn::cpu::NRNN_TARGET
