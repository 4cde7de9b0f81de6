// Packing and the loops around the register tile (gemm-inl.h).
//
// multiply_rows: panels outside, row tiles inside: the panel stays near while the rows of A pass;
// callers hand over so many rows that rows x k floats stay in L2. multiply_outer: A^T is packed
// kOuterGroup columns at a time, because its rows lie a page apart and a tile alone would use 24
// bytes of each cache line.
#include <cstring>

#include "cpu/gemm-inl.h"
#include "cpu/kernels.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr int64_t kWidth = static_cast<int64_t>(kPanelWidth);
constexpr int64_t kLaneCount = static_cast<int64_t>(kLanes);

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Columns that a panel of `columns` valid ones occupies.
int64_t PaddedWidth(int64_t columns) {
  return (columns + kLaneCount - 1) / kLaneCount * kLaneCount;
}

void PackPanel(const PackArgs& args, int64_t first, int64_t columns, float* packed) {
  const int64_t width = PaddedWidth(columns);
  if (args.transposed) {
    const float* rows[kWidth] = {};
    for (int64_t j = 0; j < columns; ++j) rows[j] = args.b + (first + j) * args.stride;
    TransposeRows(rows, width, args.k, width, packed);
    return;
  }
  const FloatTag d;
  for (int64_t i = 0; i < args.k; ++i) {
    const float* source =
        (args.rows ? args.rows[i] + args.column : args.b + i * args.stride) + first;
    float* target = packed + i * width;
    int64_t j = 0;
    for (; j + kLaneCount <= columns; j += kLaneCount) {
      hn::StoreU(hn::LoadU(d, source + j), d, target + j);
    }
    if (j < columns) {
      hn::StoreU(LoadPart(source + j, static_cast<size_t>(columns - j)), d, target + j);
    }
  }
}

void Pack(const PackArgs& args) {
  float* packed = args.packed;
  for (int64_t first = 0; first < args.n; first += kWidth) {
    const int64_t columns = Smaller(kWidth, args.n - first);
    PackPanel(args, first, columns, packed);
    packed += PaddedWidth(columns) * args.k;
  }
}

// Columns first .. first + columns - 1 of C, in row tiles.
void MultiplyColumns(const MultiplyRowsArgs& args, int64_t first, int64_t columns, bool wide) {
  const TileSplit split(args.rows);
  const int64_t width = PaddedWidth(columns);
  TileArgs tile;
  tile.segment_count = 1;
  tile.segments[0].k = args.k;
  tile.panel_stride = args.packed_k * kWidth;
  // Panels before this one are whole: each takes packed_k rows of kWidth columns.
  tile.b = args.packed + first * args.packed_k + args.first_k * (wide ? kWidth : width);
  tile.start_at = first;
  tile.c_at = first;
  tile.columns = columns;
  const bool far = !wide && width == kWidth && args.packed_k * args.n > kFarFloats;
  const float* bias[kTileRows];
  for (const float*& row : bias) row = args.bias;
  int64_t row = 0;
  for (int64_t t = 0; t < split.tiles; ++t) {
    const size_t rows = static_cast<size_t>(split.Rows(t));
    tile.segments[0].a = args.a_rows + row;
    tile.c = args.c_rows + row;
    tile.start = args.accumulate ? tile.c : args.bias ? bias : nullptr;
    const size_t vectors = static_cast<size_t>(width) / kLanes;
    const TileFunction run = wide || far ? SelectPanelTile<kPanelVectors>(rows, wide, far)
                                         : SelectTile<false>(rows, vectors);
    if (far) FetchPart(tile.b + tile.panel_stride, args.k, kWidth, t, split.tiles, tile);
    run(tile);
    row += split.Rows(t);
  }
}

void MultiplyRows(const MultiplyRowsArgs& args) {
  const int64_t panels =
      args.rows <= kTileRows ? static_cast<int64_t>(TilePanels(static_cast<size_t>(args.rows))) : 1;
  int64_t first = 0;
  for (; panels > 1 && first + panels * kWidth <= args.n; first += panels * kWidth) {
    MultiplyColumns(args, first, panels * kWidth, true);
  }
  for (; first < args.n; first += kWidth) {
    MultiplyColumns(args, first, Smaller(kWidth, args.n - first), false);
  }
}

// Rows fetched ahead: they lie a page or more apart, where the hardware does not prefetch.
constexpr int64_t kPrefetchRows = 16;

// packed[tile][i][r] = row[tile rows before + r]. Whole tiles are copied by a constant size: a few
// moves, no loop. Moving 8 floats at once instead of 6 did not change the time.
HWY_INLINE void PackOuterRow(const float* row, int64_t i, int64_t k, const TileSplit& split,
                             float* packed) {
  for (int64_t t = 0; t < split.tiles; ++t) {
    const int64_t rows = split.Rows(t);
    if (rows == kTileRows) {
      std::memcpy(packed + i * kTileRows, row, kTileRows * sizeof(float));
    } else {
      for (int64_t r = 0; r < rows; ++r) packed[i * rows + r] = row[r];
    }
    row += rows;
    packed += rows * k;
  }
}

// Packs columns first .. first + columns - 1 of A, and adds up each of them: db costs no pass of
// its own (with the prefetch: 5.7 % of an LSTM's two passes before, 3.9 % so).
void PackOuterGroup(const MultiplyOuterArgs& args, int64_t first, int64_t columns,
                    const TileSplit& split) {
  const FloatTag d;
  constexpr size_t kVectors = kOuterGroup / kLanes;
  HWY_ALIGN float sums[kOuterGroup] = {};
  const bool whole = columns == kOuterGroup;
  FloatVec sum[kVectors];
  Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA { sum[v] = hn::Zero(d); });
  for (int64_t i = 0; i < args.k; ++i) {
    const float* row = args.a_rows[i] + args.column + first;
    if (i + kPrefetchRows < args.k) {
      const float* ahead = args.a_rows[i + kPrefetchRows] + args.column + first;
      for (int64_t line = 0; line < columns; line += 16) PrefetchLine(ahead + line);
    }
    PackOuterRow(row, i, args.k, split, args.workspace);
    if (whole) {
      Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA {
        sum[v] = hn::Add(sum[v], hn::LoadU(d, row + v * kLanes));
      });
    } else {
      for (int64_t r = 0; r < columns; ++r) sums[r] += row[r];
    }
  }
  if (whole)
    Unroll<kVectors>([&](auto v) NRNN_INLINE_LAMBDA { hn::Store(sum[v], d, sums + v * kLanes); });
  for (float* to : args.sums) {
    for (int64_t r = 0; to && r < columns; ++r) to[first + r] += sums[r];
  }
}

void MultiplyOuterGroup(const MultiplyOuterArgs& args, int64_t first, const TileSplit& split) {
  float* c_rows[kOuterGroup];
  for (int64_t r = 0; r < kOuterGroup && first + r < args.rows; ++r) {
    c_rows[r] = args.c + (first + r) * args.c_stride;
  }
  TileArgs tile;
  tile.segment_count = 1;
  tile.segments[0].k = args.k;
  for (int64_t panel = 0; panel < args.n; panel += kWidth) {
    tile.columns = Smaller(kWidth, args.n - panel);
    tile.b = args.packed + panel * args.k;
    tile.start_at = panel;
    tile.c_at = panel;
    const size_t vectors = static_cast<size_t>(PaddedWidth(tile.columns) / kLaneCount);
    int64_t row = 0;
    for (int64_t t = 0; t < split.tiles; ++t) {
      const float* a = args.workspace + row * args.k;
      tile.segments[0].a = &a;
      tile.c = c_rows + row;
      tile.start = tile.c;
      SelectTile<true>(static_cast<size_t>(split.Rows(t)), vectors)(tile);
      row += split.Rows(t);
    }
  }
}

void MultiplyOuter(const MultiplyOuterArgs& args) {
  for (int64_t first = 0; first < args.rows; first += kOuterGroup) {
    const int64_t columns = Smaller(kOuterGroup, args.rows - first);
    const TileSplit split(columns);
    PackOuterGroup(args, first, columns, split);
    MultiplyOuterGroup(args, first, split);
  }
}

constexpr GemmKernels kKernels = {kWidth, kLaneCount, &Pack, &MultiplyRows, &MultiplyOuter};

}  // namespace

const GemmKernels& GetGemmKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
