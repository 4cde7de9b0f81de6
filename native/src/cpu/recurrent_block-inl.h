// W_hh packed with the gates of the same hidden units side by side, and the product of h' with one
// block of it.
//
// A block holds the G gates of kUnits hidden units: columns g * kUnits + j, in kPanels panels of
// kVectors vectors, over all H rows. A tile's sums go to a scratch of R x G x kUnits floats in L1,
// from where the epilogue reads every gate of a unit: 24 stores and loads for 24 H multiply-adds.
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
  static int64_t Length(int64_t hidden) { return Count(hidden) * kColumns * hidden; }
};

// weight: kGates x H rows of H.
template <size_t kGates>
void PackBlocks(const float* weight, int64_t hidden, float* packed) {
  using B = Block<kGates>;
  for (int64_t block = 0; block < B::Count(hidden); ++block) {
    for (int64_t column = 0; column < B::kColumns; ++column) {
      const int64_t unit = block * B::kUnits + column % B::kUnits;
      const float* row = weight + (column / B::kUnits * hidden + unit) * hidden;
      float* to = packed + block * B::kColumns * hidden +
                  column / B::kPanelColumns * B::kPanelColumns * hidden + column % B::kPanelColumns;
      for (int64_t k = 0; k < hidden; ++k) to[k * B::kPanelColumns] = unit < hidden ? row[k] : 0.0f;
    }
  }
}

// scratch[r][g * kUnits + j] = sum_k a[r][k] W[k][g, unit j of the block] for rows of a.
template <size_t kGates>
HWY_INLINE void MultiplyBlock(const float* packed, int64_t block, int64_t hidden,
                              const float* const* a, int64_t rows, float* scratch) {
  using B = Block<kGates>;
  TileArgs tile;
  tile.k = hidden;
  tile.bias = nullptr;
  tile.accumulate = false;
  tile.columns = B::kPanelColumns;
  tile.b = packed + block * B::kColumns * hidden;
  for (int64_t r = 0; r < rows; ++r) tile.a[r] = a[r];
  const TileFunction run = SelectTile<false>(static_cast<size_t>(rows), B::kVectors);
  for (size_t panel = 0; panel < B::kPanels; ++panel) {
    for (int64_t r = 0; r < rows; ++r) {
      tile.c[r] = scratch + r * B::kColumns + static_cast<int64_t>(panel) * B::kPanelColumns;
    }
    run(tile);
    tile.b += B::kPanelColumns * hidden;
  }
}

// One step of a cell: for every tile of rows and block of units the product with cell.Input(row),
// then, while the sums are in L1, cell.Activate and cell.Finish for each vector of units of each
// row, with sums + g * kUnits gate g's. Two passes, because one would be a chain of 150 cycles a
// vector (sigmoid, c, tanh), of which the processor's window holds less than two at a time: the
// gates' activations of a tile are independent of each other, and so are the ends of the chains.
// cell.Prefetch runs before the product: what the epilogue reads lies in L2 or beyond.
// Blocks outside: a block (H = 256, AVX-512: 64 KB) passes through L1 and L2 once a step.
template <size_t kGates, class CellStep>
HWY_INLINE void StepBlocks(const float* packed, int64_t hidden, int64_t count,
                           const CellStep& cell) {
  using B = Block<kGates>;
  HWY_ALIGN float scratch[kTileRows * B::kColumns];
  const TileSplit split(count);
  for (int64_t block = 0; block < B::Count(hidden); ++block) {
    const int64_t first = block * B::kUnits;
    const int64_t units = hidden - first < B::kUnits ? hidden - first : B::kUnits;
    int64_t row = 0;
    for (int64_t t = 0; t < split.tiles; ++t) {
      const int64_t rows = split.Rows(t);
      const float* inputs[kTileRows];
      for (int64_t r = 0; r < rows; ++r) {
        inputs[r] = cell.Input(row + r);
        cell.Prefetch(row + r, first);
      }
      MultiplyBlock<kGates>(packed, block, hidden, inputs, rows, scratch);
      for (int64_t r = 0; r < rows; ++r) {
        float* sums = scratch + r * B::kColumns;
        ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
          cell.Activate(row + r, first + u, lanes, sums + u);
        });
      }
      for (int64_t r = 0; r < rows; ++r) {
        const float* sums = scratch + r * B::kColumns;
        ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
          cell.Finish(row + r, first + u, lanes, sums + u);
        });
      }
      row += rows;
    }
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_RECURRENT_BLOCK_INL_H_
