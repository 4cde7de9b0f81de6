// How a stream's weights are stored: what a column of a panel holds for each group of k, and the
// inner loop that multiplies with it.
//
//   float32  w[k]
//   bf16     w[k], w[k+1], rounded to the nearest even, in the halves of 32 bits: a shift or a mask
//            makes each a float.
//   int8     q[k], q[k+1] with w = scale q of the column, q in +-127. Inputs are int16 at run time,
//            with a scale of their own (quantize-inl.h); a vector is widened as it is loaded and
//            its pairs are multiplied and added to int32 sums in one instruction. (Four bytes in 32
//            bits, taken apart by a mask and a shift, were 20 % slower on Zen 3.)
//
// The sum over k of a column is one chain in a fixed order, so a row's bits depend on nothing else.
#ifndef NATIVERNN_CPU_STORAGE_INL_H_
#define NATIVERNN_CPU_STORAGE_INL_H_

#include <cstring>

#include "cpu/gemm-inl.h"
#include "cpu/stream_kernels.h"

namespace nrnn::cpu::NRNN_TARGET {

using IntTag = hn::RebindToSigned<FloatTag>;
using IntVec = hn::Vec<IntTag>;

// The part of a panel that a tile reads: groups of k, stride bytes apart, from the tile's first
// column on.
struct PanelPart {
  const uint8_t* first;
  int64_t stride;
  int64_t k;
};

// sum[r][v] = add(input(r), weight(v), sum[r][v]). One row takes its input once; more rows take
// each weight once.
template <size_t R, size_t V, class Input, class Weight, class Add, class Sum>
HWY_INLINE void AddOuter(const Input& input, const Weight& weight, const Add& add,
                         Sum (&sum)[R][V]) {
  if constexpr (R == 1) {
    const auto x = input(0);
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { sum[0][v] = add(x, weight(v), sum[0][v]); });
  } else {
    decltype(weight(0)) w[V];
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { w[v] = weight(v); });
    Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
      const auto x = input(r);
      Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { sum[r][v] = add(x, w[v], sum[r][v]); });
    });
  }
}

// What the two storages of floats share.
struct FloatSums {
  static constexpr bool kQuantized = false;
  using Sum = FloatVec;
  static HWY_INLINE FloatVec Finish(Sum sum, const InputRow&, const float*, size_t) { return sum; }

  // Adds the products with x[k] of each row.
  template <size_t R, size_t V, class Weight>
  static HWY_INLINE void AddProducts(const InputRow* rows, int64_t k, const Weight& weight,
                                     Sum (&sum)[R][V]) {
    const FloatTag d;
    AddOuter([&](size_t r) NRNN_INLINE_LAMBDA { return hn::Set(d, rows[r].x[k]); }, weight,
             [](FloatVec x, FloatVec w, Sum s) NRNN_INLINE_LAMBDA { return hn::MulAdd(x, w, s); },
             sum);
  }
};

struct Float32Storage : FloatSums {
  static constexpr nrnn_weight_storage kKind = NRNN_WEIGHT_STORAGE_FLOAT32;

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const PanelPart& part, const InputRow* rows, Sum (&sum)[R][V]) {
    const FloatTag d;
    const uint8_t* at = part.first;
    for (int64_t k = 0; k < part.k; ++k, at += part.stride) {
      const auto* w = reinterpret_cast<const float*>(at);
      AddProducts(
          rows, k, [&](size_t v) NRNN_INLINE_LAMBDA { return hn::Load(d, w + v * kLanes); }, sum);
    }
  }
};

struct BFloat16Storage : FloatSums {
  static constexpr nrnn_weight_storage kKind = NRNN_WEIGHT_STORAGE_BFLOAT16;

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const PanelPart& part, const InputRow* rows, Sum (&sum)[R][V]) {
    const FloatTag d;
    const hn::RebindToUnsigned<FloatTag> du;
    const auto upper = hn::Set(du, 0xFFFF0000u);
    const uint8_t* at = part.first;
    const auto pair = [&](size_t v) NRNN_INLINE_LAMBDA {
      return hn::Load(du, reinterpret_cast<const uint32_t*>(at) + v * kLanes);
    };
    const auto even = [&](size_t v)
                          NRNN_INLINE_LAMBDA { return hn::BitCast(d, hn::ShiftLeft<16>(pair(v))); };
    const auto odd = [&](size_t v)
                         NRNN_INLINE_LAMBDA { return hn::BitCast(d, hn::And(pair(v), upper)); };
    int64_t k = 0;
    for (; k + 2 <= part.k; k += 2, at += part.stride) {
      AddProducts(rows, k, even, sum);
      AddProducts(rows, k + 1, odd, sum);
    }
    if (k < part.k) AddProducts(rows, k, even, sum);
  }
};

struct Int8Storage {
  static constexpr nrnn_weight_storage kKind = NRNN_WEIGHT_STORAGE_INT8;
  static constexpr bool kQuantized = true;
  using Sum = IntVec;
  using PairTag = hn::Repartition<int16_t, FloatTag>;
  using PairVec = hn::Vec<PairTag>;

  static HWY_INLINE FloatVec Finish(Sum sum, const InputRow& row, const float* scales,
                                    size_t column) {
    const FloatTag d;
    const FloatVec scale = hn::Mul(hn::Load(d, scales + column), hn::Set(d, row.scale));
    return hn::Mul(hn::ConvertTo(d, sum), scale);
  }

  // sum + the sum of both products of each pair.
  static HWY_INLINE Sum AddPairs(PairVec x, PairVec w, Sum sum) {
    const IntTag d;
#if HWY_ARCH_X86
    Sum unused = sum;  // x86 has no second sum
    Sum added = hn::ReorderWidenMulAccumulate(d, x, w, sum, unused);
    // Hides the sum from the compiler: GCC 12 otherwise keeps one of a tile's sums in memory, which
    // doubled the time of two rows.
    NRNN_HIDE_VECTOR(added.raw);
    return added;
#else
    Sum upper = hn::Zero(d);
    const Sum lower = hn::ReorderWidenMulAccumulate(d, x, w, hn::Zero(d), upper);
    return hn::Add(sum, hn::RearrangeToOddPlusEven(lower, upper));
#endif
  }

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const PanelPart& part, const InputRow* rows, Sum (&sum)[R][V]) {
    const PairTag d;
    const hn::Rebind<int8_t, PairTag> bytes;
    const uint8_t* at = part.first;
    for (int64_t k = 0; k < part.k; k += 2, at += part.stride) {
      const auto* w = reinterpret_cast<const int8_t*>(at);
      AddOuter(
          [&](size_t r) NRNN_INLINE_LAMBDA {
            int32_t pair;
            std::memcpy(&pair, rows[r].quantized + k, sizeof(pair));
            return hn::BitCast(d, hn::Set(IntTag(), pair));
          },
          [&](size_t v)
              NRNN_INLINE_LAMBDA { return hn::PromoteTo(d, hn::Load(bytes, w + 2 * v * kLanes)); },
          [](PairVec x, PairVec pair, Sum s) NRNN_INLINE_LAMBDA { return AddPairs(x, pair, s); },
          sum);
    }
  }
};

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_STORAGE_INL_H_
