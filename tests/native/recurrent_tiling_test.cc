// Divisions of a recurrence over a GPU: for every size they cover each unit, row and number of the
// depth once and fit into the GPU; they are persistent where weights fit.
#include "cuda/recurrent_tiling.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace nrnn::cuda {
namespace {

constexpr Cell kCells[] = {Cell::kLstm, Cell::kGru, Cell::kGruResetBefore, Cell::kRnnTanh,
                           Cell::kRnnRelu};
constexpr nrnn_precision kPrecisions[] = {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32,
                                          NRNN_PRECISION_BFLOAT16, NRNN_PRECISION_FLOAT16};
// H100, A100, RTX 4090, T4, and the emulated GPU.
constexpr TilingLimits kGpus[] = {{132, 232448, true}, {108, 166912, true}, {128, 101376, true},
                                  {40, 65536, true},   {4, 65536, true},    {132, 232448, false}};

class Variable {
 public:
  explicit Variable(const char* text) { setenv("NATIVERNN_CUDA_TILING", text, 1); }
  ~Variable() { unsetenv("NATIVERNN_CUDA_TILING"); }
};

bool IsPowerOfTwo(int value) { return value > 0 && (value & (value - 1)) == 0; }

// rows, units and depth: what has to be covered.
void ExpectRight(const RecurrentTiling& tiling, int64_t units, int64_t columns, int64_t rows,
                 int64_t depth, nrnn_precision precision, const TilingLimits& limits) {
  EXPECT_LE(tiling.shared_bytes, limits.shared_per_block);
  if (tiling.persistent) {
    EXPECT_TRUE(limits.cooperative);
    EXPECT_LE(tiling.Blocks(), limits.multiprocessors);
  }
  // Every block has some, the last one too.
  EXPECT_GE(int64_t{tiling.units} * tiling.unit_blocks, units);
  EXPECT_LT(int64_t{tiling.units} * (tiling.unit_blocks - 1), units);
  EXPECT_GE(int64_t{tiling.rows} * tiling.row_groups, rows);
  EXPECT_LT(int64_t{tiling.rows} * (tiling.row_groups - 1), rows);
  EXPECT_LE(tiling.units * columns, tiling.Columns());
  EXPECT_GE(tiling.Width(precision), depth);
  EXPECT_EQ(tiling.depth_parts * tiling.column_parts, kRecurrentWarps);
  EXPECT_TRUE(IsPowerOfTwo(tiling.chunk_tiles));
  EXPECT_EQ(tiling.depth_tiles % tiling.chunk_tiles, 0);
  EXPECT_EQ(1 << tiling.part_shift, tiling.depth_parts);
  EXPECT_EQ(1 << tiling.piece_shift, tiling.chunk_tiles * kTileBytes / 16);
  EXPECT_LE(tiling.register_tiles, tiling.depth_tiles);
  EXPECT_EQ(tiling.group_rows % kTileRows, 0);
  EXPECT_LE(tiling.group_rows, kTileRows * (tiling.persistent ? kKeptRowTiles : kStreamedRowTiles));
}

TEST(RecurrentTiling, CoversEverythingAndFits) {
  for (const TilingLimits& limits : kGpus) {
    for (const Cell cell : kCells) {
      for (const nrnn_precision precision : kPrecisions) {
        for (const int64_t hidden : {1, 3, 17, 64, 100, 128, 250, 512, 1000, 1024, 2048, 5000}) {
          for (const int64_t batch : {1, 7, 16, 33, 64, 256, 1000}) {
            SCOPED_TRACE("multiprocessors " + std::to_string(limits.multiprocessors) + " cell " +
                         std::to_string(static_cast<int>(cell)) + " precision " +
                         std::to_string(static_cast<int>(precision)) + " H" +
                         std::to_string(hidden) + " B" + std::to_string(batch));
            const int64_t gates = GateCount(cell);
            ExpectRight(ChooseForwardTiling(cell, hidden, batch, precision, limits), hidden, gates,
                        batch, hidden, precision, limits);
            const int64_t depth = (cell == Cell::kGruResetBefore ? 2 : gates) * hidden;
            ExpectRight(ChooseBackwardTiling(cell, hidden, batch, precision, limits), hidden, 1,
                        batch, depth, precision, limits);
          }
        }
      }
    }
  }
}

// What must stay in a GPU's registers and shared memory for all steps: all sizes up to H = 1024 on
// an H100, of LSTM too, and up to 2048 in bf16 and fp16.
TEST(RecurrentTiling, IsPersistentWhereWeightsFit) {
  const TilingLimits& h100 = kGpus[0];
  for (const Cell cell : kCells) {
    for (const int64_t batch : {1, 32, 64, 256}) {
      for (const int64_t hidden : {64, 128, 256, 512, 1024}) {
        for (const nrnn_precision precision : kPrecisions) {
          EXPECT_TRUE(ChooseForwardTiling(cell, hidden, batch, precision, h100).persistent)
              << "H" << hidden << " B" << batch;
        }
      }
      if (batch > 64) continue;
      EXPECT_TRUE(ChooseForwardTiling(cell, 2048, batch, NRNN_PRECISION_BFLOAT16, h100).persistent)
          << "H2048 B" << batch;
    }
  }
}

// Backward takes four times the depth in the same weights, but also the sums of more parts: LSTM
// of 1024 in tf32 just fits, in float32 not.
TEST(RecurrentTiling, BackwardIsPersistentWhereWeightsFit) {
  const TilingLimits& h100 = kGpus[0];
  for (const Cell cell : kCells) {
    for (const int64_t batch : {1, 32, 64, 256}) {
      for (const int64_t hidden : {64, 128, 256, 512, 1024}) {
        for (const nrnn_precision precision : kPrecisions) {
          const bool fits = precision != NRNN_PRECISION_FLOAT32 || hidden < 1024;
          if (!fits || (precision == NRNN_PRECISION_TF32 && hidden * batch > 65536)) continue;
          EXPECT_TRUE(ChooseBackwardTiling(cell, hidden, batch, precision, h100).persistent)
              << "H" << hidden << " B" << batch << " precision " << precision;
        }
      }
      if (batch > 64) continue;
      EXPECT_TRUE(ChooseBackwardTiling(cell, 2048, batch, NRNN_PRECISION_BFLOAT16, h100).persistent)
          << "H2048 B" << batch;
    }
  }
}

TEST(RecurrentTiling, LargeBatchesAreSplitIntoGroupsOfRows) {
  const TilingLimits& h100 = kGpus[0];
  EXPECT_GE(ChooseForwardTiling(Cell::kLstm, 256, 256, NRNN_PRECISION_BFLOAT16, h100).row_groups,
            4);
  EXPECT_EQ(ChooseForwardTiling(Cell::kLstm, 256, 1, NRNN_PRECISION_BFLOAT16, h100).row_groups, 1);
}

TEST(RecurrentTiling, TwoDirectionsShareTheGpu) {
  GpuTraits traits{};
  traits.multiprocessors = 5;
  traits.shared_per_block = 65536;
  traits.cooperative = true;
  EXPECT_EQ(LimitsOf(traits, 1).multiprocessors, 5);
  EXPECT_EQ(LimitsOf(traits, 2).multiprocessors, 2);
  traits.multiprocessors = 1;
  EXPECT_FALSE(LimitsOf(traits, 2).cooperative);
}

TEST(RecurrentTiling, VariableFixesWhatItNames) {
  const Variable variable("persistent=1,row_groups=2,register_tiles=1,column_parts=4");
  const RecurrentTiling tiling =
      ChooseForwardTiling(Cell::kGru, 128, 40, NRNN_PRECISION_TF32, kGpus[0]);
  EXPECT_TRUE(tiling.persistent);
  EXPECT_EQ(tiling.row_groups, 2);
  EXPECT_EQ(tiling.register_tiles, 1);
  EXPECT_EQ(tiling.column_parts, 4);
}

std::string MessageOf(const char* text) {
  const Variable variable(text);
  try {
    ChooseForwardTiling(Cell::kLstm, 4096, 8, NRNN_PRECISION_FLOAT32, kGpus[0]);
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), NRNN_INVALID_ARGUMENT);
    return error.what();
  }
  return "nothing thrown";
}

TEST(RecurrentTiling, WrongVariableIsRefusedWithWhatIsWrong) {
  EXPECT_NE(MessageOf("speed=9").find("NATIVERNN_CUDA_TILING: speed=9"), std::string::npos);
  EXPECT_NE(MessageOf("units").find("NATIVERNN_CUDA_TILING: units"), std::string::npos);
  EXPECT_NE(MessageOf("units=x").find("units is x"), std::string::npos);
  EXPECT_NE(MessageOf("persistent=2").find("must be 0..1"), std::string::npos);
  // LSTM with 4096 units in float32 fits nowhere.
  EXPECT_NE(MessageOf("persistent=1").find("as NATIVERNN_CUDA_TILING asks for"), std::string::npos);
}

}  // namespace
}  // namespace nrnn::cuda
