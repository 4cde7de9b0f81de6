// The product of one step of a recurrence in one block: rows [row][depth] of an array that all
// blocks exchange, times the block's columns of W_hh.
//
//   sums[row][column] = sum over k of from[row][k] weight(column, k)
//
// Warps lie side by side over the columns and over the depth (RecurrentTiling): each multiplies
// kRowTiles x kColumnTiles tiles over its part of the depth, and the parts are added in order
// afterwards, by who reads Sum. A part's first tiles of weights stay in registers for the block's
// life, the next ones in shared memory. from comes through a ring of chunks, each a few depth tiles
// of every part for one group of rows, copied while the chunk before is multiplied. kStreams: the
// weights are not kept but come through the ring too, from where PackWeights left them.
//
// What bounds it: with weights in registers, 2 loads of 512 bytes from shared memory feed 8
// tensor-core instructions (two row tiles, four column tiles), so that reading `from` through L2
// comes first: every block of the same rows reads all of it in every step.
#ifndef NATIVERNN_CUDA_RECURRENT_PRODUCT_CUH_
#define NATIVERNN_CUDA_RECURRENT_PRODUCT_CUH_

#include "cuda/recurrent_tiling.h"
#include "cuda/tile.cuh"

namespace nrnn::cuda {

// Numbers of a row of the exchanged array.
template <class Element>
NRNN_DEVICE int RowWidth(const RecurrentTiling& tiling) {
  return tiling.depth_parts * tiling.depth_tiles * (kTileBytes / int{sizeof(Element)});
}

NRNN_DEVICE int ColumnsOf(const RecurrentTiling& tiling) {
  return tiling.column_parts * tiling.column_tiles * kTileColumns;
}

template <class Precision, int kColumnTiles, int kRowTiles, int kRegisterTiles, bool kStreams>
class StepProduct {
 public:
  using Unit = Tile<Precision>;
  using Element = typename Precision::Element;
  static constexpr int kDepth = Unit::kK;
  static_assert(Unit::kM == kTileRows && Unit::kN == kTileColumns);
  static_assert(kDepth * int{sizeof(Element)} == kTileBytes);
  static constexpr int kPieceElements = 16 / int{sizeof(Element)};

  // shared: the block's. streamed: [columns][width], the block's packed weights; where kStreams.
  NRNN_DEVICE StepProduct(const RecurrentTiling& tiling, unsigned char* shared,
                          const Element* streamed)
      : tiling_(tiling),
        weights_(reinterpret_cast<Element*>(shared + tiling.weights_at)),
        ring_(reinterpret_cast<Element*>(shared + tiling.ring_at)),
        sums_(reinterpret_cast<float*>(shared + tiling.sums_at)),
        streamed_(streamed),
        width_(RowWidth<Element>(tiling)),
        part_(Warp() / tiling.column_parts),
        column_(Warp() % tiling.column_parts * kColumnTiles * kTileColumns),
        columns_(tiling.column_parts * kColumnTiles * kTileColumns),
        sums_stride_(columns_ + 8),
        chunk_stride_(tiling.chunk_tiles * kDepth + Unit::kPadding),
        row_tiles_(tiling.group_rows / kTileRows) {
    const int rest = tiling.depth_tiles - tiling.register_tiles;
    rest_stride_ = rest * kDepth + Unit::kPadding;
    slot_rows_ = tiling.depth_parts * (tiling.group_rows + (kStreams ? columns_ : 0));
  }

  // weight(column, k), any k below the width: W_hh's, 0 beyond it. Once, by the whole block.
  // kColumnsFirst: weights of neighbouring columns lie side by side in memory, else those of
  // neighbouring k.
  template <bool kColumnsFirst, class Weight>
  NRNN_DEVICE void KeepWeights(const Weight& weight) {
    constexpr int kStride = kStagedTiles * kDepth + Unit::kPadding;
    for (int first = 0; first < tiling_.register_tiles; first += kStagedTiles) {
      const int left = tiling_.register_tiles - first;
      SyncBlock();
      PlaceWeights<kColumnsFirst>(weight, ring_, kStride, first,
                                  left < kStagedTiles ? left : kStagedTiles);
      SyncBlock();
      // All indices of kept_ are constants, so that it stays in registers.
      NRNN_UNROLL
      for (int i = 0; i < kRegisterTiles; ++i) {
        if (i < first || i >= first + kStagedTiles || i >= tiling_.register_tiles) continue;
        const Element* from =
            ring_ + (part_ * columns_ + column_) * kStride + i % kStagedTiles * kDepth;
        NRNN_UNROLL
        for (int n = 0; n < kColumnTiles; ++n) {
          kept_[i][n] = Unit::LoadB(from + n * kTileColumns * kStride, kStride);
        }
      }
    }
    const int rest = tiling_.depth_tiles - tiling_.register_tiles;
    if (rest > 0) {
      PlaceWeights<kColumnsFirst>(weight, weights_, rest_stride_, tiling_.register_tiles, rest);
    }
    SyncBlock();
  }

  // Multiplies rows 0 .. rows - 1 of from [rows][width], group by group: then epilogue(first,
  // count) of the group's rows, whose sums are there for all threads.
  template <class Epilogue>
  NRNN_DEVICE void Multiply(const Element* from, int rows, const Epilogue& epilogue) {
    Feed feed{from, rows, 0, 0, 0};
    for (int k = 0; k + 1 < kChunkSlots; ++k) Issue(feed);
    int slot = 0;
    for (int first = 0; first < rows; first += tiling_.group_rows) {
      typename Unit::C c[kRowTiles][kColumnTiles];
      NRNN_UNROLL
      for (int m = 0; m < kRowTiles; ++m) {
        NRNN_UNROLL
        for (int n = 0; n < kColumnTiles; ++n) Unit::Clear(c[m][n]);
      }
      const int mask = tiling_.chunk_tiles - 1;
      const Element* a = nullptr;
      NRNN_UNROLL
      for (int i = 0; i < kRegisterTiles; ++i) {
        if (i < tiling_.register_tiles) {
          if (i % kLeastChunk == 0 && (i & mask) == 0) a = NextChunk(feed, slot);
          MultiplyKept(a + (i & mask) * kDepth, kept_[i], c);
        }
      }
      NRNN_NO_UNROLL
      for (int i = tiling_.register_tiles; i < tiling_.depth_tiles; ++i) {
        if ((i & mask) == 0) a = NextChunk(feed, slot);
        MultiplyShared(a + (i & mask) * kDepth, SharedWeights(a, i), c);
      }
      StoreSums(c);
      SyncBlock();
      const int left = rows - first;
      epilogue(first, left < tiling_.group_rows ? left : tiling_.group_rows);
    }
  }

  // row: of the group.
  NRNN_DEVICE float Sum(int row, int column) const {
    const float* at = sums_ + row * sums_stride_ + column;
    float sum = 0;
    for (int part = 0; part < tiling_.depth_parts; ++part) {
      sum += at[part * tiling_.group_rows * sums_stride_];
    }
    return sum;
  }

 private:
  // The next chunk to copy.
  struct Feed {
    const Element* from;
    int rows, first, chunk, slot;
  };

  // tiles depth tiles of every part from `first` on, to [part][column][stride]. All counts but that
  // of the tiles are powers of two. Several loads of a thread are on their way at once: there is
  // nothing else to do meanwhile.
  template <bool kColumnsFirst, class Weight>
  NRNN_DEVICE void PlaceWeights(const Weight& weight, Element* to, int stride, int first,
                                int tiles) {
    constexpr int kAtOnce = 8;
    const int all = tiles * kDepth * tiling_.depth_parts * columns_;
    const int column_shift = tiling_.column_shift;
    NRNN_NO_UNROLL
    for (int start = Thread(); start < all; start += kAtOnce * Threads()) {
      float loaded[kAtOnce];
      int places[kAtOnce];
      NRNN_UNROLL
      for (int j = 0; j < kAtOnce; ++j) {
        const int index = start + j * Threads();
        int rest = index;
        int k = rest & (kDepth - 1);
        if (!kColumnsFirst) rest /= kDepth;
        const int column = rest & (columns_ - 1);
        rest >>= column_shift;
        if (kColumnsFirst) {
          k = rest & (kDepth - 1);
          rest /= kDepth;
        }
        const int part = rest & (tiling_.depth_parts - 1);
        const int tile = rest >> tiling_.part_shift;
        places[j] = (part * columns_ + column) * stride + tile * kDepth + k;
        loaded[j] = index < all
                        ? weight(column, (part * tiling_.depth_tiles + first + tile) * kDepth + k)
                        : 0.0f;
      }
      NRNN_UNROLL
      for (int j = 0; j < kAtOnce; ++j) {
        if (start + j * Threads() < all) to[places[j]] = Precision::Put(loaded[j]);
      }
    }
  }

  // Copies lines [part][line] of a chunk, each of so many elements from from[line][part][..].
  NRNN_DEVICE void CopyLines(const Element* from, int lines, int all_lines, Element* to) {
    const int pieces = tiling_.chunk_tiles * (kTileBytes / 16);
    const int parts = tiling_.depth_parts;
    // Powers of two.
    const int all = lines * parts * pieces;
    NRNN_NO_UNROLL
    for (int index = Thread(); index < all; index += Threads()) {
      const int piece = index & (pieces - 1);
      const int pair = index >> tiling_.piece_shift;
      const int part = pair & (parts - 1);
      const int line = pair >> tiling_.part_shift;
      CopyAsync16(to + (part * all_lines + line) * chunk_stride_ + piece * kPieceElements,
                  from + static_cast<int64_t>(line) * width_ + part * tiling_.depth_tiles * kDepth +
                      piece * kPieceElements);
    }
  }

  NRNN_DEVICE void Issue(Feed& feed) {
    if (feed.first < feed.rows) {
      Element* to = ring_ + feed.slot * slot_rows_ * chunk_stride_;
      const int offset = feed.chunk * tiling_.chunk_tiles * kDepth;
      const int left = feed.rows - feed.first;
      CopyLines(feed.from + static_cast<int64_t>(feed.first) * width_ + offset,
                left < tiling_.group_rows ? left : tiling_.group_rows, tiling_.group_rows, to);
      if constexpr (kStreams) {
        CopyLines(streamed_ + offset, columns_, columns_,
                  to + tiling_.depth_parts * tiling_.group_rows * chunk_stride_);
      }
      feed.slot = feed.slot + 1 == kChunkSlots ? 0 : feed.slot + 1;
      feed.chunk += 1;
      if (feed.chunk * tiling_.chunk_tiles == tiling_.depth_tiles) {
        feed.chunk = 0;
        feed.first += tiling_.group_rows;
      }
    }
    CopyAsyncCommit();
  }

  // This warp's part of the next chunk, once it has arrived.
  NRNN_DEVICE const Element* NextChunk(Feed& feed, int& slot) {
    CopyAsyncWait<kChunkSlots - 2>();
    SyncBlock();
    Issue(feed);  // over the chunk that all have multiplied
    const Element* chunk = ring_ + slot * slot_rows_ * chunk_stride_;
    slot = slot + 1 == kChunkSlots ? 0 : slot + 1;
    return chunk + part_ * tiling_.group_rows * chunk_stride_;
  }

  struct Lines {
    const Element* data;
    int stride;
  };
  // Depth tile i of this warp's columns; a: its part of the chunk.
  NRNN_DEVICE Lines SharedWeights(const Element* a, int i) const {
    if constexpr (kStreams) {
      const Element* chunk = a - part_ * tiling_.group_rows * chunk_stride_;
      const int line = tiling_.depth_parts * tiling_.group_rows + part_ * columns_ + column_;
      return {chunk + line * chunk_stride_ + (i & (tiling_.chunk_tiles - 1)) * kDepth,
              chunk_stride_};
    } else {
      return {weights_ + (part_ * columns_ + column_) * rest_stride_ +
                  (i - tiling_.register_tiles) * kDepth,
              rest_stride_};
    }
  }

  NRNN_DEVICE void MultiplyKept(const Element* a, const typename Unit::B (&b)[kColumnTiles],
                                typename Unit::C (&c)[kRowTiles][kColumnTiles]) const {
    NRNN_UNROLL
    for (int m = 0; m < kRowTiles; ++m) {
      if (m < row_tiles_) {
        const typename Unit::A rows = Unit::LoadA(a + m * kTileRows * chunk_stride_, chunk_stride_);
        NRNN_UNROLL
        for (int n = 0; n < kColumnTiles; ++n) Unit::MultiplyAdd(c[m][n], rows, b[n]);
      }
    }
  }

  NRNN_DEVICE void MultiplyShared(const Element* a, const Lines& weights,
                                  typename Unit::C (&c)[kRowTiles][kColumnTiles]) const {
    typename Unit::B b[kColumnTiles];
    NRNN_UNROLL
    for (int n = 0; n < kColumnTiles; ++n) {
      b[n] = Unit::LoadB(weights.data + n * kTileColumns * weights.stride, weights.stride);
    }
    MultiplyKept(a, b, c);
  }

  NRNN_DEVICE void StoreSums(const typename Unit::C (&c)[kRowTiles][kColumnTiles]) {
    float* to = sums_ + part_ * tiling_.group_rows * sums_stride_ + column_;
    NRNN_UNROLL
    for (int m = 0; m < kRowTiles; ++m) {
      if (m < row_tiles_) {
        NRNN_UNROLL
        for (int n = 0; n < kColumnTiles; ++n) {
          Unit::Store(to + m * kTileRows * sums_stride_ + n * kTileColumns, sums_stride_, c[m][n]);
        }
      }
    }
  }

  const RecurrentTiling& tiling_;
  Element* weights_;
  Element* ring_;
  float* sums_;
  const Element* streamed_;
  int width_, part_, column_, columns_, sums_stride_, chunk_stride_, row_tiles_;
  int rest_stride_, slot_rows_;
  typename Unit::B kept_[kRegisterTiles > 0 ? kRegisterTiles : 1][kColumnTiles];
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_PRODUCT_CUH_
