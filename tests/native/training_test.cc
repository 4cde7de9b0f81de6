// A small language model (embedding, two LSTM layers with dropout, layer normalisation, dropout,
// linear, cross-entropy; norms clipped, AdamW) trained on a CPU and on a GPU from the same weights:
// the losses stay the same, since the masks are.
#include <algorithm>
#include <cmath>

#include "ops_fixture.h"

namespace nrnn::test {
namespace {

using Training = OpsTest;

constexpr int64_t kSteps = 9, kBatch = 5, kRows = kSteps * kBatch;
constexpr int64_t kVocabulary = 19, kEmbedding = 11, kHidden = 21;
constexpr float kDropout = 0.25f;
constexpr int64_t kOutputSeed = 1000, kLayerSeed = 2000;  // plus the step's number

nrnn_rnn_config LayersConfig() {
  nrnn_rnn_config config = PlainConfig(NRNN_CELL_LSTM, 0, 2, 1, 0, 1, kEmbedding, kHidden);
  config.dropout = kDropout;
  return config;
}

// A parameter with its gradient and Adam's moments.
struct Parameter {
  Parameter(const Device& device, const std::vector<double>& values)
      : value(device, values),
        gradient(device, value.length()),
        first(device, value.length()),
        second(device, value.length()) {}
  Buffer value, gradient, first, second;
};

class LanguageModel {
 public:
  explicit LanguageModel(const Device& device) : device_(device), layers_(device, LayersConfig()) {
    Numbers numbers(17);
    parameters_.emplace_back(device, numbers.Reals(kVocabulary * kEmbedding));
    parameters_.emplace_back(device, numbers.Reals(layers_.ParamsLength(), 0.2));
    parameters_.emplace_back(device, std::vector<double>(kHidden, 1.0));
    parameters_.emplace_back(device, std::vector<double>(kHidden, 0.0));
    parameters_.emplace_back(device, numbers.Reals(kVocabulary * kHidden, 0.2));
    parameters_.emplace_back(device, std::vector<double>(kVocabulary, 0.0));
    reserve_ = Buffer::Unwritten(device, layers_.ReserveLength(kSteps, kBatch));
  }

  // One step on the batch; the mean loss of its tokens. words: [T + 1,B], lengths: [B].
  double Step(int64_t step, const std::vector<int32_t>& words,
              const std::vector<int32_t>& lengths) {
    const Buffer inputs(device_, std::vector<int32_t>(words.begin(), words.begin() + kRows));
    std::vector<int32_t> next(words.begin() + kBatch, words.end());
    for (int64_t row = 0; row < kRows; ++row) {
      if (row / kBatch >= lengths[static_cast<size_t>(row % kBatch)]) next[Index(row)] = -1;
    }
    const Buffer targets(device_, next), valid(device_, lengths);
    const auto losses = Forward(step, inputs, targets, valid);
    const auto tokens = static_cast<double>(kRows - std::count(next.begin(), next.end(), -1));
    const Buffer dlosses(device_, std::vector<double>(Index(kRows), 1 / tokens));
    Backward(step, inputs, targets, valid, dlosses);
    Update(step);
    double sum = 0;
    for (const float loss : losses) sum += static_cast<double>(loss);
    return sum / tokens;
  }

  const std::vector<float>& norms() const { return norms_; }
  std::vector<float> Weights(size_t parameter) const { return parameters_[parameter].value.Read(); }

 private:
  static size_t Index(int64_t value) { return static_cast<size_t>(value); }
  const Parameter& At(size_t index) const { return parameters_[index]; }

  nrnn_cross_entropy_args LossArgs(const Buffer& targets) const {
    return {kRows, kVocabulary, -1, 0.1f, logits_.get(), targets.get()};
  }

  std::vector<float> Forward(int64_t step, const Buffer& inputs, const Buffer& targets,
                             const Buffer& valid) {
    const nrnn_embedding_args embedding = {
        kRows, kVocabulary, kEmbedding, -1, At(0).value.get(), inputs.get(), embedded_.get()};
    Check(nrnn_embedding_forward(device_.get(), &embedding));
    const nrnn_rnn_forward_args layers = {
        kSteps,  kBatch,  kLayerSeed + step, At(1).value.get(), embedded_.get(), valid.get(),
        nullptr, nullptr, hidden_.get(),     nullptr,           nullptr,         reserve_.get()};
    Check(nrnn_rnn_forward(layers_.get(), &layers));
    const nrnn_layer_norm_args norm = {kRows,         kHidden,           1e-3f,
                                       hidden_.get(), At(2).value.get(), At(3).value.get(),
                                       normal_.get(), statistics_.get()};
    Check(nrnn_layer_norm_forward(&norm));
    Check(nrnn_dropout(normal_.get(), kDropout, kOutputSeed + step, 0, normal_.get()));
    const nrnn_linear_args linear = {kRows,         kHidden,           kVocabulary,
                                     normal_.get(), At(4).value.get(), At(5).value.get(),
                                     logits_.get()};
    Check(nrnn_linear_forward(device_.get(), &linear));
    const nrnn_cross_entropy_args loss = LossArgs(targets);
    Check(nrnn_cross_entropy_forward(&loss, losses_.get()));
    return losses_.Read();
  }

  void Backward(int64_t step, const Buffer& inputs, const Buffer& targets, const Buffer& valid,
                const Buffer& dlosses) {
    const nrnn_cross_entropy_args loss = LossArgs(targets);
    Check(nrnn_cross_entropy_backward(&loss, dlosses.get(), logits_.get()));
    const nrnn_linear_backward_args linear = {
        kRows,         kHidden,        kVocabulary,          normal_.get(),       At(4).value.get(),
        logits_.get(), dnormal_.get(), At(4).gradient.get(), At(5).gradient.get()};
    Check(nrnn_linear_backward(device_.get(), &linear));
    Check(nrnn_dropout(dnormal_.get(), kDropout, kOutputSeed + step, 0, dnormal_.get()));
    const nrnn_layer_norm_backward_args norm = {kRows,
                                                kHidden,
                                                hidden_.get(),
                                                At(2).value.get(),
                                                statistics_.get(),
                                                dnormal_.get(),
                                                dhidden_.get(),
                                                At(2).gradient.get(),
                                                At(3).gradient.get()};
    Check(nrnn_layer_norm_backward(&norm));
    nrnn_rnn_backward_args layers = {};
    layers.steps = kSteps;
    layers.batch = kBatch;
    layers.seed = kLayerSeed + step;
    layers.params = At(1).value.get();
    layers.x = embedded_.get();
    layers.lengths = valid.get();
    layers.y = hidden_.get();
    layers.reserve = reserve_.get();
    layers.dy = dhidden_.get();
    layers.dx = dembedded_.get();
    layers.dparams = At(1).gradient.get();
    Check(nrnn_rnn_backward(layers_.get(), &layers));
    const nrnn_embedding_args embedding = {
        kRows, kVocabulary, kEmbedding, -1, At(0).gradient.get(), inputs.get(), dembedded_.get()};
    Check(nrnn_embedding_backward(device_.get(), &embedding));
  }

  void Update(int64_t step) {
    std::vector<nrnn_buffer*> values, gradients, first, second;
    for (const Parameter& parameter : parameters_) {
      values.push_back(parameter.value.get());
      gradients.push_back(parameter.gradient.get());
      first.push_back(parameter.first.get());
      second.push_back(parameter.second.get());
    }
    const auto count = static_cast<int64_t>(values.size());
    norms_.push_back(0);
    Check(nrnn_clip_global_norm(gradients.data(), count, 0.5f, &norms_.back()));
    const nrnn_adam_args adam = {0.02f,
                                 0.9f,
                                 0.99f,
                                 1e-6f,
                                 0.01f,
                                 0,
                                 1,
                                 step + 1,
                                 count,
                                 values.data(),
                                 gradients.data(),
                                 first.data(),
                                 second.data()};
    Check(nrnn_adam_step(&adam));
  }

  const Device& device_;
  Rnn layers_;
  std::vector<Parameter> parameters_;
  std::vector<float> norms_;
  Buffer reserve_;
  Buffer embedded_ = Buffer::Unwritten(device_, kRows* kEmbedding);
  Buffer dembedded_ = Buffer::Unwritten(device_, kRows* kEmbedding);
  Buffer hidden_ = Buffer::Unwritten(device_, kRows* kHidden);
  Buffer dhidden_ = Buffer::Unwritten(device_, kRows* kHidden);
  Buffer normal_ = Buffer::Unwritten(device_, kRows* kHidden);
  Buffer dnormal_ = Buffer::Unwritten(device_, kRows* kHidden);
  Buffer statistics_ = Buffer::Unwritten(device_, kRows * 2);
  Buffer logits_ = Buffer::Unwritten(device_, kRows* kVocabulary);
  Buffer losses_ = Buffer::Unwritten(device_, kRows);
};

// A walk through the vocabulary that a model can learn: a word follows from the one before it, but
// for one in six.
std::vector<int32_t> DrawWords(Numbers& numbers) {
  std::vector<int32_t> words;
  for (int64_t row = 0; row < kRows + kBatch; ++row) {
    const bool any = row < kBatch || numbers.Integer(0, 5) == 0;
    const auto before = any ? 0 : words[static_cast<size_t>(row - kBatch)];
    words.push_back(static_cast<int32_t>(any ? numbers.Integer(0, kVocabulary - 1)
                                             : (before * 7 + 3) % kVocabulary));
  }
  return words;
}

TEST_P(Training, LossesAreThoseOfAnotherDevice) {
  const Device other(2, NRNN_CPU_TARGET_BEST);
  LanguageModel model(one()), want(other);
  Numbers numbers(4);
  double first = 0, last = 0;
  for (int64_t step = 0; step < 20; ++step) {
    const auto words = DrawWords(numbers);
    std::vector<int32_t> lengths(kBatch, kSteps);
    lengths[1] = 4;
    lengths[3] = static_cast<int32_t>(step % (kSteps + 1));
    last = model.Step(step, words, lengths);
    if (step == 0) first = last;
    const double expected = want.Step(step, words, lengths);
    EXPECT_NEAR(last, expected, 1e-4 * expected) << "step " << step;
    EXPECT_NEAR(model.norms().back(), want.norms().back(), 1e-3f * want.norms().back());
  }
  EXPECT_LT(last, 0.95 * first) << "the model learns";
}

// The same bits in every run: nothing depends on which block was first.
TEST_P(Training, RunsAreTheSameBits) {
  LanguageModel model(one()), again(one());
  for (LanguageModel* run : {&model, &again}) {
    Numbers numbers(5);
    const std::vector<int32_t> lengths(kBatch, kSteps);
    for (int64_t step = 0; step < 3; ++step) run->Step(step, DrawWords(numbers), lengths);
  }
  for (size_t k = 0; k < 6; ++k) {
    EXPECT_TRUE(SameBits(model.Weights(k), again.Weights(k), "parameter " + std::to_string(k)));
  }
}

NRNN_INSTANTIATE_TARGETS(Training);

}  // namespace
}  // namespace nrnn::test
