// How a stream's weights are stored: what a word holds, and the inner loop that multiplies with it.
//
//   float32  w
//   bf16     w rounded to the nearest even: the low half holds k, the high half k + 1. A shift or a
//            mask makes each a float.
//   int8     w = scale q of its column, q in +-127: bytes q[k] + 128, q[k+2], q[k+1] + 128, q[k+3],
//            so that a mask gives the int16 pair of k, k + 1 and a shift that of k + 2, k + 3: one
//            instruction each, where widening bytes takes two. The 128s are taken off beforehand:
//            an integer sum starts from -128 times the sum of their inputs, modulo 2^32. Inputs are
//            int16 at run time, with a scale of their own.
//
// The sum over k of a column is one chain in a fixed order, so a row's bits depend on nothing else.
#ifndef NATIVERNN_CPU_STORAGE_INL_H_
#define NATIVERNN_CPU_STORAGE_INL_H_

#include <cstring>

#include "cpu/gemm-inl.h"
#include "cpu/stream_kernels.h"

namespace nrnn::cpu::NRNN_TARGET {

using IntTag = hn::RebindToSigned<FloatTag>;
using UnsignedTag = hn::RebindToUnsigned<FloatTag>;
using IntVec = hn::Vec<IntTag>;

// The words that a tile reads: groups of k, stride words apart, from the tile's first column on.
struct Words {
  const uint32_t* first;
  int64_t stride;
  int64_t k;
};

// Reads ahead of a tile's words, a cache line each 16: at one row a step is bound by the reading.
template <size_t V>
HWY_INLINE void PrefetchWords(const uint32_t* word) {
  constexpr size_t kLine = 16, kAhead = 256;
  Unroll<(V * kLanes + kLine - 1) / kLine>(
      [&](auto line) NRNN_INLINE_LAMBDA { __builtin_prefetch(word + kAhead + line * kLine); });
}

// What the two storages of floats share: sums of floats that start from zero.
struct FloatSums {
  static constexpr bool kQuantized = false;
  using Sum = FloatVec;
  static HWY_INLINE Sum Start(const InputRow&) { return hn::Zero(FloatTag()); }
  static HWY_INLINE FloatVec Finish(Sum sum, const InputRow&, const float*, size_t) { return sum; }

  // sum[r][v] += x[k] of row r times weight(v). One row broadcasts its x once; more rows take each
  // weight once.
  template <size_t R, size_t V, class Weight>
  static HWY_INLINE void AddProducts(const InputRow* rows, int64_t k, const Weight& weight,
                                     Sum (&sum)[R][V]) {
    const FloatTag d;
    if constexpr (R == 1) {
      const FloatVec x = hn::Set(d, rows[0].x[k]);
      Unroll<V>([&](auto v)
                    NRNN_INLINE_LAMBDA { sum[0][v] = hn::MulAdd(x, weight(v), sum[0][v]); });
    } else {
      FloatVec w[V];
      Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { w[v] = weight(v); });
      Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
        const FloatVec x = hn::Set(d, rows[r].x[k]);
        Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { sum[r][v] = hn::MulAdd(x, w[v], sum[r][v]); });
      });
    }
  }
};

struct Float32Storage : FloatSums {
  static HWY_INLINE int64_t Groups(int64_t k) { return k; }

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const Words& words, const InputRow* rows, Sum (&sum)[R][V]) {
    const FloatTag d;
    const UnsignedTag du;
    const uint32_t* word = words.first;
    for (int64_t k = 0; k < words.k; ++k, word += words.stride) {
      PrefetchWords<V>(word);
      AddProducts(
          rows, k,
          [&](size_t v)
              NRNN_INLINE_LAMBDA { return hn::BitCast(d, hn::Load(du, word + v * kLanes)); },
          sum);
    }
  }
};

struct BFloat16Storage : FloatSums {
  static HWY_INLINE int64_t Groups(int64_t k) { return (k + 1) / 2; }

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const Words& words, const InputRow* rows, Sum (&sum)[R][V]) {
    const FloatTag d;
    const UnsignedTag du;
    const auto upper = hn::Set(du, 0xFFFF0000u);
    const uint32_t* word = words.first;
    const auto even = [&](size_t v) NRNN_INLINE_LAMBDA {
      return hn::BitCast(d, hn::ShiftLeft<16>(hn::Load(du, word + v * kLanes)));
    };
    const auto odd = [&](size_t v) NRNN_INLINE_LAMBDA {
      return hn::BitCast(d, hn::And(hn::Load(du, word + v * kLanes), upper));
    };
    int64_t k = 0;
    for (; k + 2 <= words.k; k += 2, word += words.stride) {
      PrefetchWords<V>(word);
      AddProducts(rows, k, even, sum);
      AddProducts(rows, k + 1, odd, sum);
    }
    if (k < words.k) AddProducts(rows, k, even, sum);
  }
};

struct Int8Storage {
  static constexpr bool kQuantized = true;
  using Sum = IntVec;
  using PairTag = hn::Repartition<int16_t, FloatTag>;
  using PairVec = hn::Vec<PairTag>;

  static HWY_INLINE int64_t Groups(int64_t k) { return (k + 3) / 4; }
  static HWY_INLINE Sum Start(const InputRow& row) { return hn::Set(IntTag(), row.start); }
  static HWY_INLINE FloatVec Finish(Sum sum, const InputRow& row, const float* scales,
                                    size_t column) {
    const FloatTag d;
    const FloatVec scale = hn::Mul(hn::Load(d, scales + column), hn::Set(d, row.scale));
    return hn::Mul(hn::ConvertTo(d, sum), scale);
  }

  // Two inputs in every lane of 32 bits.
  static HWY_INLINE PairVec Broadcast(const int16_t* pair) {
    int32_t bits;
    std::memcpy(&bits, pair, sizeof(bits));
    return hn::BitCast(PairTag(), hn::Set(IntTag(), bits));
  }

  // sum + the sum of both products of each lane.
  static HWY_INLINE Sum AddProducts(PairVec a, PairVec b, Sum sum) {
    const IntTag d;
#if HWY_ARCH_X86
    Sum unused = sum;  // x86 has no second sum
    return hn::ReorderWidenMulAccumulate(d, a, b, sum, unused);
#else
    Sum upper = hn::Zero(d);
    const Sum lower = hn::ReorderWidenMulAccumulate(d, a, b, hn::Zero(d), upper);
    return hn::Add(sum, hn::RearrangeToOddPlusEven(lower, upper));
#endif
  }

  template <size_t R, size_t V>
  static HWY_INLINE void Accumulate(const Words& words, const InputRow* rows, Sum (&sum)[R][V]) {
    const PairTag d;
    const auto low_byte = hn::Set(d, int16_t{0xFF});
    const uint32_t* word = words.first;
    for (int64_t k = 0; k < words.k; k += 4, word += words.stride) {
      PrefetchWords<V>(word);
      const auto bytes = [&](size_t v) NRNN_INLINE_LAMBDA {
        return hn::BitCast(d, hn::Load(UnsignedTag(), word + v * kLanes));
      };
      if constexpr (R == 1) {
        const PairVec x_low = Broadcast(rows[0].quantized + k);
        const PairVec x_high = Broadcast(rows[0].quantized + k + 2);
        Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
          const PairVec w = bytes(v);
          const Sum low = AddProducts(hn::And(w, low_byte), x_low, sum[0][v]);
          sum[0][v] = AddProducts(hn::ShiftRight<8>(w), x_high, low);
        });
      } else {
        PairVec low[V], high[V];
        Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
          low[v] = hn::And(bytes(v), low_byte);
          high[v] = hn::ShiftRight<8>(bytes(v));
        });
        Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
          const PairVec x_low = Broadcast(rows[r].quantized + k);
          const PairVec x_high = Broadcast(rows[r].quantized + k + 2);
          Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
            const Sum sum_low = AddProducts(low[v], x_low, sum[r][v]);
            sum[r][v] = AddProducts(high[v], x_high, sum_low);
          });
        });
      }
    }
  }
};

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_STORAGE_INL_H_
