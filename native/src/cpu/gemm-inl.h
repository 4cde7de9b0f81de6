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

#include "cpu/compiler.h"
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

// One stretch of the sum over k.
struct TileSegment {
  int64_t k = 0;
  const float* const* a = nullptr;  // rows of A; packed: the first holds k x R values
};

struct TileArgs {
  TileSegment segments[2];  // the second goes on in the panel where the first ends
  int64_t segment_count;
  const float* b;             // panel: k x V vectors
  int64_t panel_stride;       // from a panel to the next, where a tile is several panels wide
  const float* const* start;  // rows, from start_at on, where the sums start from; null: zeros
  int64_t start_at;
  float* const* c;  // rows, written from c_at on
  int64_t c_at;
  int64_t columns;  // to write: more than (P V - 1) vectors, at most P V
  // What to fetch to L2 meanwhile: a part of the next panel, so many lines for kFetchSteps of k.
  const float* prefetch = nullptr;
  int64_t prefetch_lines = 0;
};

// Panels of so many floats together are fetched ahead, tile by tile (measured on Zen 3, L3 32 MB):
// an LSTM of H = 1024, 32 MB, rose from 77 to 87 % of the peak, since from far away a panel arrives
// at half the speed at which its first tile wants it; one of H = 512, 8 MB, lost 1 %.
constexpr int64_t kFarFloats = int64_t{3} << 20;
constexpr int64_t kFetchSteps = 8;  // of k between fetches
constexpr int64_t kLineFloats = 16;

// Gives tile t of `tiles` its part of the next panel to fetch.
inline void FetchPart(const float* next_panel, int64_t k, int64_t width, int64_t t, int64_t tiles,
                      TileArgs& tile) {
  const int64_t lines = (k * width / kLineFloats + tiles - 1) / tiles;
  tile.prefetch = next_panel + t * lines * kLineFloats;
  tile.prefetch_lines = (lines * kFetchSteps + k - 1) / k;
}

// Panels that a tile of so many rows is wide: a row alone has two sums in each panel (AVX2), and a
// multiply-add takes four cycles, of which two start in each, so it takes eight sums to keep them
// busy. T 64, B 1, H 128: 1.4 times as fast.
constexpr size_t TilePanels(size_t rows) {
  return kPanelVectors == 2 ? (rows == 1 ? 4 : rows <= 3 ? 2 : 1) : (rows == 1 ? 2 : 1);
}

template <size_t R, size_t V, size_t P, bool kPackedA, bool kFetch>
void Tile(const TileArgs& t) {
  const FloatTag d;
  constexpr size_t kVectors = V * P;
  const bool whole = t.columns == static_cast<int64_t>(kVectors * kLanes);
  const size_t last = static_cast<size_t>(t.columns) - (kVectors - 1) * kLanes;
  FloatVec sum[R][kVectors];
  if (t.start == nullptr) {
    Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
      Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA { sum[r][v] = hn::Zero(d); });
    });
  } else {
    Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
      Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA {
        const float* from = t.start[r] + t.start_at + v * kLanes;
        sum[r][v] = v + 1 < kVectors || whole ? hn::LoadU(d, from) : LoadPart(from, last);
      });
    });
  }

  const float* b = t.b;
  const float* prefetch = t.prefetch;
  const auto run = [&](const TileSegment& segment) NRNN_INLINE_LAMBDA {
    const float* a[R];
    Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA { a[r] = segment.a[kPackedA ? 0 : r]; });
    const auto step = [&](int64_t i) NRNN_INLINE_LAMBDA {
      Unroll<P>([&](auto p) NRNN_INLINE_LAMBDA {
        FloatVec bv[V];
        const float* panel = b + static_cast<int64_t>(p) * t.panel_stride;
        Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA { bv[v] = hn::Load(d, panel + v * kLanes); });
        Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
          const FloatVec av = hn::Set(d, kPackedA ? a[0][r] : a[r][i]);
          Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
            FloatVec& to = sum[r][p * V + v];
            to = hn::MulAdd(av, bv[v], to);
          });
        });
      });
      b += V * kLanes;
      if (kPackedA) a[0] += R;
    };
    int64_t i = 0;
    if constexpr (kFetch) {
      for (int64_t end = kFetchSteps; end <= segment.k; end += kFetchSteps) {
        for (int64_t line = 0; line < t.prefetch_lines; ++line, prefetch += kLineFloats) {
          PrefetchLineToLevel2(prefetch);
        }
        for (; i < end; ++i) step(i);
      }
    }
    for (; i < segment.k; ++i) step(i);
  };
  run(t.segments[0]);
  if (!kPackedA && t.segment_count == 2) run(t.segments[1]);

  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
    Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA {
      float* c = t.c[r] + t.c_at + v * kLanes;
      if (v + 1 < kVectors || whole) {
        hn::StoreU(sum[r][v], d, c);
      } else {
        StorePart(sum[r][v], c, last);
      }
    });
  });
}

using TileFunction = void (*)(const TileArgs&);

template <bool kPackedA, size_t... RV>
HWY_INLINE TileFunction TileAt(size_t index, std::index_sequence<RV...>) {
  static constexpr TileFunction kTable[] = {
      &Tile<RV / kPanelVectors + 1, RV % kPanelVectors + 1, 1, kPackedA, false>...};
  return kTable[index];
}

// The tile function for 1..kTileRows rows and 1..kPanelVectors vectors.
template <bool kPackedA>
HWY_INLINE TileFunction SelectTile(size_t rows, size_t vectors) {
  return TileAt<kPackedA>((rows - 1) * kPanelVectors + vectors - 1,
                          std::make_index_sequence<kTileRows * kPanelVectors>());
}

template <size_t V, bool kWide, bool kFetch, size_t... R>
HWY_INLINE TileFunction PanelTileAt(size_t rows, std::index_sequence<R...>) {
  static constexpr TileFunction kTable[] = {&Tile < R + 1, V, kWide ? TilePanels(R + 1) : 1, false,
                                            kFetch > ...};
  return kTable[rows - 1];
}

// The tile function for 1..kTileRows rows and a panel of V vectors; wide: for TilePanels(rows) of
// them side by side; fetch: one that fetches a part of the next panel.
template <size_t V>
HWY_INLINE TileFunction SelectPanelTile(size_t rows, bool wide, bool fetch) {
  constexpr auto kRows = std::make_index_sequence<kTileRows>();
  if (wide) return PanelTileAt<V, true, false>(rows, kRows);
  return fetch ? PanelTileAt<V, false, true>(rows, kRows)
               : PanelTileAt<V, false, false>(rows, kRows);
}

// to[k * stride + j] = rows[j][k], 0 where rows[j] is null; j < count. Four rows at a time, 64 of
// k, so that a line that is written stays in L1 until it is full: 0.33 ns an element, one row after
// the other 0.55 (Zen 3, k = 512).
inline void TransposeRows(const float* const* rows, int64_t count, int64_t k, int64_t stride,
                          float* to) {
  constexpr int64_t kTogether = 4;
  constexpr int64_t kChunk = 64;
  for (int64_t first = 0; first < k; first += kChunk) {
    const int64_t end = first + kChunk < k ? first + kChunk : k;
    int64_t j = 0;
    for (; j + kTogether <= count && rows[j + kTogether - 1] != nullptr; j += kTogether) {
      const float* const* row = rows + j;
      if (row[0] == nullptr || row[1] == nullptr || row[2] == nullptr) break;
      for (int64_t i = first; i < end; ++i) {
        float* at = to + i * stride + j;
        for (int64_t r = 0; r < kTogether; ++r) at[r] = row[r][i];
      }
    }
    for (; j < count; ++j) {
      for (int64_t i = first; i < end; ++i) to[i * stride + j] = rows[j] ? rows[j][i] : 0.0f;
    }
  }
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
