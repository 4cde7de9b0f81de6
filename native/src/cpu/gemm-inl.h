// The register tile that every matrix product of the library runs on.
//
// Tile: R rows x V vectors of sums stay in registers over all k; each step loads V vectors of the
// packed panel and broadcasts one element of each of the R rows. 6 x 4 on 32 registers (AVX-512,
// NEON): 24 sums + 4 + 1; 6 x 2 on 16 (AVX2, SSE4): 12 sums + 2 + 1. Either way 6 multiply-adds for
// each vector of B loaded, so that a panel may stream from L2: 10.7 bytes a cycle at one AVX-512 or
// two AVX2 multiply-adds a cycle.
#ifndef NATIVERNN_CPU_GEMM_INL_H_
#define NATIVERNN_CPU_GEMM_INL_H_

#include <utility>

#include "cpu/gemm.h"
#include "cpu/lanes-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

constexpr size_t kPanelVectors = (HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2) ? 2 : 4;
constexpr size_t kPanelWidth = kPanelVectors * kLanes;

template <size_t N>
struct Index {
  constexpr operator size_t() const { return N; }
};

template <class Body, size_t... N>
HWY_INLINE void UnrollSequence(const Body& body, std::index_sequence<N...>) {
  (body(Index<N>()), ...);
}

// body(0), ..., body(N - 1), unrolled with constant arguments, so that arrays indexed by them live
// in registers.
template <size_t N, class Body>
HWY_INLINE void Unroll(const Body& body) {
  UnrollSequence(body, std::make_index_sequence<N>());
}
#define NRNN_INLINE_LAMBDA __attribute__((always_inline))

struct TileArgs {
  int64_t k;
  const float* a[kTileRows];  // rows of A; packed: a[0] holds k x R values
  const float* b;             // panel: k x V vectors
  const float* bias;          // or null
  float* c[kTileRows];
  int64_t columns;  // of C to write: more than (V - 1) vectors, at most V
  bool accumulate;
};

// The start of the sums: C, the bias or zero. Only the last vector can be partial.
template <size_t V>
HWY_INLINE FloatVec TileStart(const TileArgs& t, const float* c, size_t v) {
  const FloatTag d;
  const float* from = t.accumulate ? c : t.bias;
  if (from == nullptr) return hn::Zero(d);
  if (v + 1 < V || t.columns == static_cast<int64_t>(V * kLanes)) {
    return hn::LoadU(d, from + v * kLanes);
  }
  return LoadPart(from + v * kLanes, static_cast<size_t>(t.columns) - v * kLanes);
}

template <size_t R, size_t V, bool kPackedA>
void Tile(const TileArgs& t) {
  const FloatTag d;
  FloatVec sum[R][V];
  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { sum[r][v] = TileStart<V>(t, t.c[r], v); });
  });

  const float* a[R];
  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA { a[r] = kPackedA ? t.a[0] + r : t.a[r]; });
  const float* b = t.b;
  const int64_t k = t.k;
  const auto step = [&](int64_t i) NRNN_INLINE_LAMBDA {
    FloatVec bv[V];
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { bv[v] = hn::Load(d, b + v * kLanes); });
    b += V * kLanes;
    Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
      const FloatVec av = hn::Set(d, a[r][kPackedA ? i * static_cast<int64_t>(R) : i]);
      Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { sum[r][v] = hn::MulAdd(av, bv[v], sum[r][v]); });
    });
  };
  int64_t i = 0;
  for (; i + 1 < k; i += 2) {
    step(i);
    step(i + 1);
  }
  if (i < k) step(i);

  const bool whole = t.columns == static_cast<int64_t>(V * kLanes);
  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
      float* c = t.c[r] + v * kLanes;
      if (v + 1 < V || whole) {
        hn::StoreU(sum[r][v], d, c);
      } else {
        StorePart(sum[r][v], c, static_cast<size_t>(t.columns) - v * kLanes);
      }
    });
  });
}

using TileFunction = void (*)(const TileArgs&);

template <bool kPackedA, size_t... RV>
HWY_INLINE TileFunction TileAt(size_t index, std::index_sequence<RV...>) {
  static constexpr TileFunction kTable[] = {
      &Tile<RV / kPanelVectors + 1, RV % kPanelVectors + 1, kPackedA>...};
  return kTable[index];
}

// The tile function for 1..kTileRows rows and 1..kPanelVectors vectors.
template <bool kPackedA>
HWY_INLINE TileFunction SelectTile(size_t rows, size_t vectors) {
  return TileAt<kPackedA>((rows - 1) * kPanelVectors + vectors - 1,
                          std::make_index_sequence<kTileRows * kPanelVectors>());
}

// Splits rows into tiles of at most kTileRows that differ by one row at most: 13 rows are 5 + 4 +
// 4, not 6 + 6 + 1.
struct TileSplit {
  explicit TileSplit(int64_t rows)
      : tiles((rows + kTileRows - 1) / kTileRows),
        small(tiles == 0 ? 0 : rows / tiles),
        larger(tiles == 0 ? 0 : rows % tiles) {}
  int64_t Rows(int64_t tile) const { return small + (tile < larger ? 1 : 0); }
  int64_t tiles, small, larger;
};

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_GEMM_INL_H_
