// W_ih and W_hh packed with the gates of the same hidden units side by side, and the products of x
// and h' with one block of them.
//
// A block holds the G gates of kUnits hidden units: columns g * kUnits + j, in kPanels panels of
// kVectors vectors, each over the I rows of W_ih and below them the H rows of W_hh. A tile's sums
// start from the bias, run over x and on over h', and go to a scratch of R x G x kUnits floats in
// L1, from where the epilogue reads every gate of a unit: nothing of the projection goes through
// memory. With few rows in a step W_ih would be read for those few only: then x W_ih + b of many
// steps is computed ahead, and the sums of a step start from there. Every sum is the same chain
// either way.
#ifndef NATIVERNN_CPU_RECURRENT_BLOCK_INL_H_
#define NATIVERNN_CPU_RECURRENT_BLOCK_INL_H_

#include "cpu/sequence-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

template <size_t kGates>
struct Block {
  static constexpr bool kWide = kPanelVectors == 4;
  static constexpr size_t kUnitVectors = kWide ? (kGates == 1   ? 4
                                                  : kGates == 2 ? 2
                                                                : 1)
                                               : (kGates % 2 == 0 ? 1 : 2);
  static constexpr size_t kVectors = kWide && kGates == 3 ? 3 : kPanelVectors;
  static constexpr size_t kPanels = kGates * kUnitVectors / kVectors;
  static constexpr int64_t kUnits = static_cast<int64_t>(kUnitVectors * kLanes);
  static constexpr int64_t kColumns = static_cast<int64_t>(kGates) * kUnits;
  static constexpr int64_t kPanelColumns = static_cast<int64_t>(kVectors * kLanes);
  static_assert(kPanels * kVectors == kGates * kUnitVectors, "panels must fill the block");

  static int64_t Count(int64_t hidden) { return (hidden + kUnits - 1) / kUnits; }
  // Floats of all blocks with k rows.
  static int64_t Length(int64_t hidden, int64_t k) { return Count(hidden) * kColumns * k; }
};

// Which of the blocks a part of a team has.
struct BlockRange {
  BlockRange(int64_t count, int64_t part, int64_t parts)
      : first(count * part / parts), end(count * (part + 1) / parts) {}
  int64_t first, end;
};

// weight: kGates x H rows of k values, to rows first_row .. first_row + k - 1 of panels of
// panel_rows rows.
struct PackBlocksArgs {
  const float* weight;
  int64_t hidden, k, first_row, panel_rows;
  float* packed;
};
template <size_t kGates>
void PackBlocks(const PackBlocksArgs& args, int64_t part = 0, int64_t parts = 1) {
  using B = Block<kGates>;
  constexpr int64_t kPanels = static_cast<int64_t>(B::kPanels);
  const BlockRange blocks(B::Count(args.hidden), part, parts);
  for (int64_t panel = blocks.first * kPanels; panel < blocks.end * kPanels; ++panel) {
    const float* rows[B::kPanelColumns];
    for (int64_t column = 0; column < B::kPanelColumns; ++column) {
      const int64_t in_block = panel % kPanels * B::kPanelColumns + column;
      const int64_t unit = panel / kPanels * B::kUnits + in_block % B::kUnits;
      const int64_t row = in_block / B::kUnits * args.hidden + unit;
      rows[column] = unit < args.hidden ? args.weight + row * args.k : nullptr;
    }
    TransposeRows(rows, B::kPanelColumns, args.k, B::kPanelColumns,
                  args.packed + (panel * args.panel_rows + args.first_row) * B::kPanelColumns);
  }
}

// What all rows of a step share: weights and biases in blocks, and the sizes.
struct BlockWeights {
  const float* packed;
  const float* bias;
  int64_t input, hidden;
  int64_t part, parts;  // of the blocks, this thread's share
};

HWY_INLINE BlockWeights WeightsOf(const ForwardSequenceArgs& args) {
  return {args.packed, args.bias, args.input, args.hidden, args.part, args.parts};
}

// What every cell's step has: its rows, and what enters the products.
struct CellRows {
  const StepRow* rows;
  HWY_INLINE const float* X(int64_t r) const { return rows[r].x; }
  HWY_INLINE const float* Ahead(int64_t r) const { return rows[r].ahead; }
  HWY_INLINE const float* Hidden(int64_t r) const { return rows[r].h_prev; }
};

// count rows, in tiles, times `panels` panels side by side, from `packed` on; start_at and c_at are
// those of the first panel. far: the weights don't stay near from step to step.
template <size_t V>
HWY_INLINE void MultiplyPanels(const float* packed, int64_t panel_rows, int64_t panels,
                               int64_t count, bool far, TileArgs tile) {
  constexpr int64_t kColumns = static_cast<int64_t>(V * kLanes);
  const TileSplit split(count);
  const TileSegment first[2] = {tile.segments[0], tile.segments[1]};
  const float* const* const start = tile.start;
  float* const* const c = tile.c;
  tile.panel_stride = panel_rows * kColumns;
  for (int64_t panel = 0; panel < panels;) {
    // The first tile is the largest; where it is several panels wide it is the only one.
    const int64_t wide = static_cast<int64_t>(TilePanels(static_cast<size_t>(split.Rows(0))));
    const int64_t step = split.tiles == 1 && panel + wide <= panels ? wide : 1;
    tile.b = packed + panel * tile.panel_stride;
    tile.columns = step * kColumns;
    int64_t row = 0;
    for (int64_t t = 0; t < split.tiles; ++t) {
      const size_t rows = static_cast<size_t>(split.Rows(t));
      for (int64_t k = 0; k < tile.segment_count; ++k) tile.segments[k].a = first[k].a + row;
      if (start) tile.start = start + row;
      tile.c = c + row;
      if (far) FetchPart(tile.b + tile.panel_stride, panel_rows, kColumns, t, split.tiles, tile);
      SelectPanelTile<V>(rows, step > 1, far)(tile);
      row += split.Rows(t);
    }
    tile.start_at += tile.columns;
    tile.c_at += tile.columns;
    panel += step;
  }
}

// ahead[row] = bias + x[row] W_ih for this part's blocks.
template <size_t kGates>
void ProjectBlocks(const BlockWeights& weights, int64_t count, const float* const* x,
                   float* const* ahead) {
  using B = Block<kGates>;
  const int64_t panel_rows = weights.input + weights.hidden;
  const BlockRange blocks(B::Count(weights.hidden), weights.part, weights.parts);
  const float* bias[kAheadRows];
  for (int64_t r = 0; r < count; ++r) bias[r] = weights.bias;
  TileArgs tile;
  tile.segment_count = 1;
  tile.segments[0] = {weights.input, x};
  tile.start = bias;
  tile.c = ahead;
  tile.start_at = tile.c_at = blocks.first * B::kColumns;
  MultiplyPanels<B::kVectors>(weights.packed + blocks.first * B::kColumns * panel_rows, panel_rows,
                              (blocks.end - blocks.first) * static_cast<int64_t>(B::kPanels), count,
                              false, tile);
}

// Rows of a step that go through all blocks together: their x and h' (64 rows of I + H = 1024
// floats: 256 KB) stay in L2 while the weights pass, their sums (AVX2: 8 KB) in L1.
constexpr int64_t kStepRows = 64;
constexpr int64_t kStepFloats = 65536;

// Rows [row, row + count) of a cell's step: where they lie, and the sums of one group of blocks.
template <size_t kGates>
struct StepRows {
  static constexpr int64_t kColumns = Block<kGates>::kColumns;

  template <class CellStep>
  StepRows(const BlockWeights& weights, const CellStep& cell, int64_t first_row, int64_t rows,
           int64_t blocks_together)
      : row(first_row), count(rows), group(blocks_together), is_ahead(cell.Ahead(row) != nullptr) {
    for (int64_t r = 0; r < count; ++r) {
      x[r] = cell.X(row + r);
      hidden[r] = cell.Hidden(row + r);
      start[r] = is_ahead ? cell.Ahead(row + r) : weights.bias;
      if constexpr (CellStep::kApart) hidden_start[r] = cell.HiddenBias();
      sums[r] = all_sums + r * group * kColumns;
      x_sums[r] = all_x_sums + r * group * kColumns;
    }
  }
  StepRows(const StepRows&) = delete;
  StepRows& operator=(const StepRows&) = delete;

  int64_t row, count, group;
  bool is_ahead;  // start holds the projection already
  const float* x[kStepRows];
  const float* hidden[kStepRows];
  const float* start[kStepRows];
  const float* hidden_start[kStepRows];
  float* sums[kStepRows];
  float* x_sums[kStepRows];
  HWY_ALIGN float all_sums[kStepRows * kColumns];
  HWY_ALIGN float all_x_sums[kStepRows * kColumns];
};

// sums = b + x W_ih + h' W_hh of `group` blocks; kApart: x_sums = b + x W_ih (unless it is ahead)
// and sums = hidden bias + h' W_hh.
template <bool kApart, size_t kGates>
HWY_INLINE void MultiplyBlocks(const BlockWeights& weights, int64_t block, int64_t group,
                               const StepRows<kGates>& rows) {
  using B = Block<kGates>;
  const int64_t panel_rows = weights.input + weights.hidden;
  const int64_t panels = group * static_cast<int64_t>(B::kPanels);
  const float* packed = weights.packed + block * B::kColumns * panel_rows;
  const float* packed_hidden = packed + weights.input * B::kPanelColumns;
  const bool far = B::Length(weights.hidden, panel_rows) > kFarFloats;
  const TileSegment x = {weights.input, rows.x};
  const TileSegment hidden = {weights.hidden, rows.hidden};
  TileArgs tile;
  tile.start = rows.start;
  tile.start_at = block * B::kColumns;
  tile.c = rows.sums;
  tile.c_at = 0;
  tile.segment_count = 1;
  tile.segments[0] = hidden;
  if constexpr (kApart) {
    tile.start = rows.hidden_start;
    MultiplyPanels<B::kVectors>(packed_hidden, panel_rows, panels, rows.count, far, tile);
    if (rows.is_ahead) return;
    tile.segments[0] = x;
    tile.start = rows.start;
    tile.c = rows.x_sums;
    MultiplyPanels<B::kVectors>(packed, panel_rows, panels, rows.count, far, tile);
  } else {
    if (!rows.is_ahead) {
      tile.segment_count = 2;
      tile.segments[0] = x;
      tile.segments[1] = hidden;
    }
    MultiplyPanels<B::kVectors>(rows.is_ahead ? packed_hidden : packed, panel_rows, panels,
                                rows.count, far, tile);
  }
}

// body(row, unit, lanes, sums, x_sums) for each vector of units.
template <bool kApart, size_t kGates, class Body>
HWY_INLINE void ForEachSum(int64_t hidden, int64_t block, int64_t group,
                           const StepRows<kGates>& rows, const Body& body) {
  using B = Block<kGates>;
  for (int64_t r = 0; r < rows.count; ++r) {
    for (int64_t g = 0; g < group; ++g) {
      const int64_t first = (block + g) * B::kUnits;
      float* sums = rows.sums[r] + g * B::kColumns;
      const float* x_sums = kApart && rows.is_ahead ? rows.start[r] + (block + g) * B::kColumns
                                                    : rows.x_sums[r] + g * B::kColumns;
      const int64_t left = hidden - first;
      ForEachUnit(left < B::kUnits ? left : B::kUnits,
                  [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
                    body(rows.row + r, first + u, lanes, sums + u, x_sums + u);
                  });
    }
  }
}

// Some rows of a cell's step: for every block the products, panel by panel, then, while the sums
// are in L1, cell.Activate and cell.Finish for each vector of units of each row, with sums + g *
// kUnits gate g's. Two passes, so that the processor has many independent activations before it,
// and then many independent ends of chains, not one vector's chain from the gates' sigmoids to
// tanh(c).
template <size_t kGates, class CellStep>
HWY_INLINE void StepSomeRows(const BlockWeights& weights, const CellStep& cell,
                             const StepRows<kGates>& rows) {
  constexpr bool kApart = CellStep::kApart;
  const BlockRange blocks(Block<kGates>::Count(weights.hidden), weights.part, weights.parts);
  for (int64_t block = blocks.first; block < blocks.end; block += rows.group) {
    const int64_t left = blocks.end - block;
    const int64_t group = left < rows.group ? left : rows.group;
    MultiplyBlocks<kApart>(weights, block, group, rows);
    ForEachSum<kApart>(weights.hidden, block, group, rows,
                       [&](int64_t r, int64_t u, auto lanes, float* sums, const float* x)
                           NRNN_INLINE_LAMBDA { cell.Activate(r, u, lanes, sums, x); });
    ForEachSum<kApart>(weights.hidden, block, group, rows,
                       [&](int64_t r, int64_t u, auto lanes, float* sums, const float*)
                           NRNN_INLINE_LAMBDA { cell.Finish(r, u, lanes, sums); });
  }
}

// One step of a cell for `count` rows.
template <size_t kGates, class CellStep>
HWY_INLINE void StepBlocks(const BlockWeights& weights, int64_t count, const CellStep& cell) {
  const int64_t fitting = kStepFloats / (weights.input + weights.hidden);
  const int64_t most = fitting < kTileRows ? kTileRows : fitting < kStepRows ? fitting : kStepRows;
  const int64_t chunks = (count + most - 1) / most;
  // A tile that is several panels wide takes as many blocks.
  const int64_t group =
      count <= kTileRows ? static_cast<int64_t>(TilePanels(static_cast<size_t>(count))) : 1;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    const int64_t row = count * chunk / chunks;
    const StepRows<kGates> rows(weights, cell, row, count * (chunk + 1) / chunks - row, group);
    StepSomeRows<kGates>(weights, cell, rows);
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_RECURRENT_BLOCK_INL_H_
