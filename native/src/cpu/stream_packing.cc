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
  int8_t Quantized(int64_t i) const {
    if (!(scale > 0)) return 0;
    const double q = std::nearbyint(static_cast<double>(At(i)) / scale);
    return static_cast<int8_t>(std::clamp(q, -127.0, 127.0));
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

template <class Value>
void Put(Value value, uint8_t* to) {
  std::memcpy(to, &value, sizeof(value));
}

// The group of values i on; what it holds stands in storage-inl.h.
void PutGroup(nrnn_weight_storage storage, const WeightRow& row, int64_t i, uint8_t* to) {
  switch (storage) {
    case NRNN_WEIGHT_STORAGE_FLOAT32:
      return Put(row.At(i), to);
    case NRNN_WEIGHT_STORAGE_BFLOAT16:
      return Put(BFloat16Bits(row.At(i)) | BFloat16Bits(row.At(i + 1)) << 16, to);
    case NRNN_WEIGHT_STORAGE_INT8:
      Put(row.Quantized(i), to);
      return Put(row.Quantized(i + 1), to + 1);
  }
}

}  // namespace

void PackStreamMatrix(const PackMatrixArgs& args) {
  const int64_t columns = args.gates * args.padded;
  const int64_t group = GroupLength(args.storage), group_bytes = GroupBytes(args.storage);
  for (int64_t column = 0; column < columns; ++column) {
    const int64_t gate = column / args.padded, unit = column % args.padded;
    WeightRow row{nullptr, args.k, 0};
    if (unit < args.hidden) row.w = args.weight + (gate * args.hidden + unit) * args.k;
    if (args.storage == NRNN_WEIGHT_STORAGE_INT8) args.scales[column] = row.scale = RowScale(row);
    const int64_t panel = column / args.panel * args.panel;
    const int64_t width = std::min(args.panel, columns - panel);
    uint8_t* to = args.bytes + PackedBytes(args.storage, args.k, panel);
    to += (column - panel) * group_bytes;
    for (int64_t i = 0; i < args.k; i += group, to += width * group_bytes) {
      PutGroup(args.storage, row, i, to);
    }
  }
}

}  // namespace nrnn::cpu
