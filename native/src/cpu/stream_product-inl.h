// A few rows times a packed matrix: out = start + x W. At one row every weight is used once, so the
// time is that of reading the weights from the cache level where they fit.
//
// Tile: R rows x V vectors of columns stay in registers over all k. One row takes 8 vectors, so
// that 8 sums hide the latency of a multiply-add; more rows share each weight that is loaded.
// Panels are 8 vectors wide; tiles of fewer vectors pass over a panel several times.
#ifndef NATIVERNN_CPU_STREAM_PRODUCT_INL_H_
#define NATIVERNN_CPU_STREAM_PRODUCT_INL_H_

#include <utility>

#include "cpu/storage-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

constexpr int64_t kStreamPanelVectors = 8;
constexpr int64_t kStreamLanes = static_cast<int64_t>(kLanes);
constexpr int64_t kStreamPanel = kStreamPanelVectors * kStreamLanes;

// Vectors of a tile: as many as the registers hold, 16 (AVX2, SSE4) or 32.
constexpr size_t StreamTileVectors(size_t rows) {
  constexpr bool kFew = HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2;
  return rows == 1 ? 8 : rows == 2 ? (kFew ? 4 : 8) : (kFew ? 2 : 4);
}

// bias: what every row starts from, or null where the product is added to out.
struct StreamProduct {
  const PackedMatrix& matrix;
  const InputRow* rows;
  int64_t count;
  const float* bias;
  float* out;
  int64_t out_row;
};

struct StreamTile {
  PanelPart part;
  const InputRow* rows;
  const float* scales;
  const float* bias;
  float* out;
  int64_t out_row;
};

template <class Storage, size_t R, size_t V>
void RunStreamTile(const StreamTile& tile) {
  const FloatTag d;
  typename Storage::Sum sum[R][V];
  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
      sum[r][v] = hn::Zero(hn::DFromV<typename Storage::Sum>());
    });
  });
  Storage::template Accumulate<R, V>(tile.part, tile.rows, sum);
  Unroll<R>([&](auto r) NRNN_INLINE_LAMBDA {
    Unroll<V>([&](auto v) NRNN_INLINE_LAMBDA {
      float* out = tile.out + static_cast<int64_t>(r) * tile.out_row + v * kLanes;
      const float* start = tile.bias ? tile.bias + v * kLanes : out;
      const FloatVec product = Storage::Finish(sum[r][v], tile.rows[r], tile.scales, v * kLanes);
      hn::Store(hn::Add(hn::Load(d, start), product), d, out);
    });
  });
}

using StreamTileFunction = void (*)(const StreamTile&);

template <class Storage, size_t R, size_t... V>
HWY_INLINE StreamTileFunction StreamTileAt(int64_t vectors, std::index_sequence<V...>) {
  static constexpr StreamTileFunction kTable[] = {&RunStreamTile<Storage, R, V + 1>...};
  return kTable[vectors - 1];
}

// All columns of one panel for R rows.
template <class Storage, size_t R>
HWY_INLINE void RunPanelRows(const StreamProduct& product, int64_t width, StreamTile tile) {
  constexpr int64_t kVectors = static_cast<int64_t>(StreamTileVectors(R));
  int64_t left = width / kStreamLanes;
  while (left > 0) {
    const int64_t vectors = left < kVectors ? left : kVectors;
    StreamTileAt<Storage, R>(vectors, std::make_index_sequence<StreamTileVectors(R)>())(tile);
    const int64_t columns = vectors * kStreamLanes;
    tile.part.first += columns * GroupBytes(Storage::kKind);
    tile.out += columns;
    if (product.matrix.scales) tile.scales += columns;
    if (product.bias) tile.bias += columns;
    left -= vectors;
  }
}

// Panels outside: a panel of weights stays in cache while the rows pass over it.
template <class Storage>
void Multiply(const StreamProduct& product) {
  const PackedMatrix& matrix = product.matrix;
  const uint8_t* panel = matrix.bytes;
  for (int64_t column = 0; column < matrix.columns; column += kStreamPanel) {
    const int64_t left = matrix.columns - column;
    const int64_t width = left < kStreamPanel ? left : kStreamPanel;
    StreamTile tile{{panel, width * GroupBytes(Storage::kKind), matrix.k},
                    product.rows,
                    matrix.scales ? matrix.scales + column : nullptr,
                    product.bias ? product.bias + column : nullptr,
                    product.out + column,
                    product.out_row};
    for (int64_t row = 0; row < product.count;) {
      const int64_t rows = product.count - row;
      tile.rows = product.rows + row;
      tile.out = product.out + row * product.out_row + column;
      if (rows >= 4) {
        RunPanelRows<Storage, 4>(product, width, tile);
      } else if (rows == 3) {
        RunPanelRows<Storage, 3>(product, width, tile);
      } else if (rows == 2) {
        RunPanelRows<Storage, 2>(product, width, tile);
      } else {
        RunPanelRows<Storage, 1>(product, width, tile);
      }
      row += rows < 4 ? rows : 4;
    }
    panel += PackedBytes(Storage::kKind, matrix.k, width);
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_STREAM_PRODUCT_INL_H_
