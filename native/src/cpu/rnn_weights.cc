#include "cpu/rnn_weights.h"

#include "cpu/cpu_storage.h"
#include "cpu/rnn_stream.h"
#include "cpu/stream_packing.h"

namespace nrnn::cpu {
namespace {

int64_t RoundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

// Hands out parts of the block one after another, each on a cache line. Without memory it only
// counts, so that one walk over the layers says how much is needed and a second one fills it.
class CpuRnnWeights::Block {
 public:
  explicit Block(void* memory) : memory_(static_cast<uint8_t*>(memory)) {}
  // Null while counting.
  uint8_t* Take(int64_t bytes) {
    uint8_t* part = memory_ ? memory_ + bytes_ : nullptr;
    bytes_ += RoundUp(bytes, 64);
    return part;
  }
  float* TakeFloats(int64_t length) { return reinterpret_cast<float*>(Take(length * 4)); }
  int64_t bytes() const { return bytes_; }

 private:
  uint8_t* memory_;
  int64_t bytes_ = 0;
};

struct CpuRnnWeights::Matrix {
  const float* weight;  // [gates H, k]
  int64_t gates, k;
};

CpuRnnWeights::CpuRnnWeights(const StreamKernels& kernels, const RnnShape& shape,
                             nrnn_weight_storage storage, const float* params)
    : kernels_(kernels),
      shape_(shape),
      storage_(storage),
      padded_(RoundUp(shape.hidden, kernels.lanes)) {
  Block count(nullptr);
  layers_.reserve(static_cast<size_t>(shape.layers));
  for (int64_t layer = 0; layer < shape.layers; ++layer) PackLayer(layer, params, count);
  layers_.clear();
  bytes_ = count.bytes();
  memory_ = AllocateStorage(bytes_);
  Block fill(memory_->data());
  for (int64_t layer = 0; layer < shape.layers; ++layer) PackLayer(layer, params, fill);
}

PackedMatrix CpuRnnWeights::Pack(const Matrix& matrix, Block& block) const {
  const int64_t columns = matrix.gates * padded_;
  uint8_t* bytes = block.Take(PackedBytes(storage_, matrix.k, columns));
  float* scales = storage_ == NRNN_WEIGHT_STORAGE_INT8 ? block.TakeFloats(columns) : nullptr;
  if (bytes) {
    PackStreamMatrix({storage_, matrix.gates, shape_.hidden, matrix.k, padded_, kernels_.panel,
                      matrix.weight, bytes, scales});
  }
  return {matrix.k, columns, bytes, scales};
}

// first + second (or first alone), gate by gate; zeros where first is null.
const float* CpuRnnWeights::PackBias(const float* first, const float* second, int64_t gates,
                                     Block& block) const {
  float* bias = block.TakeFloats(gates * padded_);
  for (int64_t j = 0; bias && first && j < gates * shape_.hidden; ++j) {
    const int64_t gate = j / shape_.hidden, unit = j % shape_.hidden;
    bias[gate * padded_ + unit] = first[j] + (second ? second[j] : 0.0f);
  }
  return bias;
}

void CpuRnnWeights::PackLayer(int64_t layer, const float* params, Block& block) {
  const LayerParams at = LocateLayer(shape_, layer, 0);
  const bool gru = shape_.cell == Cell::kGru || shape_.cell == Cell::kGruResetBefore;
  const int64_t gates = shape_.Gates(), hidden = shape_.hidden;
  const float* bias_ih = shape_.bias ? params + at.bias_ih : nullptr;
  const float* bias_hh = shape_.bias ? params + at.bias_hh : nullptr;
  const float* weight_hh = params + at.weight_hh;

  StreamLayer packed{};
  // GRU with the reset after adds b_hn inside r's product; everything else takes the sum of both.
  const bool inner = shape_.cell == Cell::kGru;
  packed.bias = PackBias(bias_ih, bias_hh, gates, block);
  if (inner) {
    float* bias_n = const_cast<float*>(packed.bias);
    for (int64_t unit = 0; bias_n && bias_ih && unit < hidden; ++unit) {
      bias_n[2 * padded_ + unit] = bias_ih[2 * hidden + unit];
    }
    packed.bias_hn = PackBias(bias_hh ? bias_hh + 2 * hidden : nullptr, nullptr, 1, block);
  }
  packed.ih = Pack({params + at.weight_ih, gates, shape_.LayerInput(layer)}, block);
  packed.hh = Pack({weight_hh, gru ? 2 : gates, hidden}, block);
  if (gru) packed.hn = Pack({weight_hh + 2 * hidden * hidden, 1, hidden}, block);
  layers_.push_back(packed);
}

std::unique_ptr<RnnStream> CpuRnnWeights::OpenStream(std::shared_ptr<const RnnWeights> weights,
                                                     int64_t batch) const {
  return std::make_unique<CpuRnnStream>(
      std::static_pointer_cast<const CpuRnnWeights>(std::move(weights)), batch);
}

}  // namespace nrnn::cpu
