#include "cpu/stream_packing.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace nrnn::cpu {
namespace {

// The upper half of w's bits, rounded to the nearest even. A NaN stays one, even if all that makes
// it one is in the lower half.
uint32_t BFloat16Bits(float w) {
  uint32_t bits;
  std::memcpy(&bits, &w, sizeof(bits));
  if (std::isnan(w)) return bits >> 16 | 0x40;
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

// One row of W: k values, and for int8 what they are divided by.
struct WeightRow {
  const float* w;  // null: a padded unit's
  int64_t k;
  float scale;

  float At(int64_t i) const { return w && i < k ? w[i] : 0.0f; }
  // 0 where the scale is 0 (a row of zeros) or NaN.
  int32_t Quantized(int64_t i) const {
    if (!(scale > 0)) return 0;
    const double q = std::nearbyint(static_cast<double>(At(i)) / scale);
    return static_cast<int32_t>(std::clamp(q, -127.0, 127.0));
  }
};

// largest / 127; NaN when the row holds NaN or infinity, so that its results are NaN.
float RowScale(const WeightRow& row) {
  float largest = 0;
  for (int64_t i = 0; i < row.k; ++i) {
    if (!std::isfinite(row.At(i))) return std::numeric_limits<float>::quiet_NaN();
    largest = std::max(largest, std::abs(row.At(i)));
  }
  return largest / 127;
}

// The word of values i on; what it holds stands in storage-inl.h.
uint32_t Word(nrnn_weight_storage storage, const WeightRow& row, int64_t i) {
  switch (storage) {
    case NRNN_WEIGHT_STORAGE_FLOAT32: {
      const float w = row.At(i);
      uint32_t bits;
      std::memcpy(&bits, &w, sizeof(bits));
      return bits;
    }
    case NRNN_WEIGHT_STORAGE_BFLOAT16:
      return BFloat16Bits(row.At(i)) | BFloat16Bits(row.At(i + 1)) << 16;
    case NRNN_WEIGHT_STORAGE_INT8: {
      const auto byte = [&](int64_t at, int32_t offset) {
        return static_cast<uint32_t>(row.Quantized(at) + offset) & 0xFF;
      };
      return byte(i, 128) | byte(i + 2, 0) << 8 | byte(i + 1, 128) << 16 | byte(i + 3, 0) << 24;
    }
  }
  return 0;
}

}  // namespace

void PackStreamMatrix(const PackMatrixArgs& args) {
  const int64_t columns = args.gates * args.padded;
  const int64_t group = WordGroup(args.storage);
  for (int64_t column = 0; column < columns; ++column) {
    const int64_t gate = column / args.padded, unit = column % args.padded;
    WeightRow row{nullptr, args.k, 0};
    if (unit < args.hidden) row.w = args.weight + (gate * args.hidden + unit) * args.k;
    if (args.storage == NRNN_WEIGHT_STORAGE_INT8) args.scales[column] = row.scale = RowScale(row);
    const int64_t panel = column / args.panel * args.panel;
    const int64_t width = std::min(args.panel, columns - panel);
    uint32_t* to = args.words + PackedWords(args.storage, args.k, panel) + column - panel;
    for (int64_t i = 0; i < args.k; i += group, to += width) *to = Word(args.storage, row, i);
  }
}

}  // namespace nrnn::cpu
