// Calls that repeat allocate nothing: the steps of a training run, after the first ones.
#include "allocations.h"

#include <gtest/gtest.h>

#include <memory>

#include "fixture.h"

namespace nrnn::test {
namespace {

constexpr int64_t kSteps = 5, kBatch = 7, kRows = kSteps * kBatch;
constexpr int64_t kVocabulary = 19, kEmbedding = 23, kHidden = 33, kLayers = 2;

#define NRNN_SKIP_UNLESS_COUNTED() \
  if (!AllocationsAreCounted()) GTEST_SKIP() << "this build has another allocator"

// The tensors of a language model: embedding, two LSTM layers, linear, cross-entropy.
struct Model {
  explicit Model(int32_t threads)
      : device(threads), rnn(device, Config()), indices(device, kRows, NRNN_DTYPE_INT32) {
    reserve = Buffer(device, rnn.ReserveLength(kSteps, kBatch));
    params = Buffer(device, rnn.ParamsLength());
    dparams = Buffer(device, rnn.ParamsLength());
    first = Buffer(device, rnn.ParamsLength());
    second = Buffer(device, rnn.ParamsLength());
  }

  static nrnn_rnn_config Config() {
    nrnn_rnn_config config = {};
    config.cell = NRNN_CELL_LSTM;
    config.num_layers = kLayers;
    config.directions = 1;
    config.bias = 1;
    config.input_size = kEmbedding;
    config.hidden_size = kHidden;
    return config;
  }

  void Embed() {
    nrnn_embedding_args args = {kRows,       kVocabulary,   kEmbedding, -1,
                                table.get(), indices.get(), x.get()};
    Check(nrnn_embedding_forward(device.get(), &args));
    args.table = dtable.get();
    args.y = dx.get();
    Check(nrnn_embedding_backward(device.get(), &args));
  }

  void RunRnn() {
    nrnn_rnn_forward_args args = {};
    args.steps = kSteps;
    args.batch = kBatch;
    args.params = params.get();
    args.x = x.get();
    args.y = y.get();
    args.hn = hn.get();
    args.cn = cn.get();
    args.reserve = reserve.get();
    Check(nrnn_rnn_forward(rnn.get(), &args));
    nrnn_rnn_backward_args back = {};
    back.steps = kSteps;
    back.batch = kBatch;
    back.params = params.get();
    back.x = x.get();
    back.y = y.get();
    back.reserve = reserve.get();
    back.dy = dy.get();
    back.dx = dx.get();
    back.dparams = dparams.get();
    Check(nrnn_rnn_backward(rnn.get(), &back));
  }

  void RunLinear() {
    const nrnn_linear_args args = {kRows,        kHidden,    kVocabulary, y.get(),
                                   weight.get(), bias.get(), logits.get()};
    Check(nrnn_linear_forward(device.get(), &args));
  }

  void RunLinearBackward(bool weights) {
    const nrnn_linear_backward_args args = {kRows,
                                            kHidden,
                                            kVocabulary,
                                            y.get(),
                                            weight.get(),
                                            dlogits.get(),
                                            dy.get(),
                                            weights ? dweight.get() : nullptr,
                                            weights ? dbias.get() : nullptr};
    Check(nrnn_linear_backward(device.get(), &args));
  }

  void RunLoss() {
    const nrnn_cross_entropy_args args = {kRows, kVocabulary, -1, 0, logits.get(), indices.get()};
    Check(nrnn_cross_entropy_forward(&args, losses.get()));
    Check(nrnn_cross_entropy_backward(&args, losses.get(), dlogits.get()));
  }

  void Optimize() {
    nrnn_buffer* const gradients[] = {dtable.get(), dparams.get(), dweight.get(), dbias.get()};
    float norm = 0;
    Check(nrnn_clip_global_norm(gradients, 4, 1, &norm));
    nrnn_buffer* const parameters[] = {params.get(), weight.get(), bias.get()};
    nrnn_buffer* const used[] = {dparams.get(), dweight.get(), dbias.get()};
    nrnn_buffer* const moments[] = {first.get(), first_weight.get(), first_bias.get()};
    nrnn_buffer* const squares[] = {second.get(), second_weight.get(), second_bias.get()};
    const nrnn_adam_args args = {1e-3f, 0.9f, 0.999f,     1e-8f, 0,       1,      0,
                                 1,     3,    parameters, used,  moments, squares};
    Check(nrnn_adam_step(&args));
  }

  Device device;
  Rnn rnn;
  Buffer indices;
  Buffer params, dparams, first, second, reserve;
  Buffer table{device, kVocabulary*kEmbedding}, dtable{device, kVocabulary*kEmbedding};
  Buffer weight{device, kVocabulary*kHidden}, dweight{device, kVocabulary*kHidden};
  Buffer bias{device, kVocabulary}, dbias{device, kVocabulary};
  Buffer first_weight{device, kVocabulary*kHidden}, second_weight{device, kVocabulary*kHidden};
  Buffer first_bias{device, kVocabulary}, second_bias{device, kVocabulary};
  Buffer x{device, kRows*kEmbedding}, dx{device, kRows*kEmbedding};
  Buffer y{device, kRows*kHidden}, dy{device, kRows*kHidden};
  Buffer hn{device, kLayers*kBatch*kHidden}, cn{device, kLayers*kBatch*kHidden};
  Buffer logits{device, kRows*kVocabulary}, dlogits{device, kRows*kVocabulary};
  Buffer losses{device, kRows};
};

// step(model), some times to warm up, then counted.
template <class Step>
void ExpectNothingAllocated(const Step& step) {
  for (const int32_t threads : {1, 3}) {
    const auto model = std::make_unique<Model>(threads);
    for (int round = 0; round < 3; ++round) step(*model);
    const AllocationCounter allocations;
    for (int round = 0; round < 5; ++round) step(*model);
    EXPECT_EQ(allocations.count(), 0) << threads << " threads, in 5 steps";
  }
}

TEST(Allocations, AreCounted) {
  NRNN_SKIP_UNLESS_COUNTED();
  const AllocationCounter allocations;
  const Device device(1);
  EXPECT_GT(allocations.count(), 0);
}

TEST(Allocations, EmbeddingAllocatesNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) { model.Embed(); });
}

TEST(Allocations, LinearForwardAndInputGradientAllocateNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) {
    model.RunLinear();
    model.RunLinearBackward(false);
  });
}

TEST(Allocations, LossAllocatesNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) { model.RunLoss(); });
}

TEST(Allocations, ClippingAndAdamAllocateNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) { model.Optimize(); });
}

TEST(Allocations, LinearWeightGradientsAllocateNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) { model.RunLinearBackward(true); });
}

TEST(Allocations, RecurrentLayersAllocateNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) { model.RunRnn(); });
}

TEST(Allocations, TrainingStepAllocatesNothing) {
  NRNN_SKIP_UNLESS_COUNTED();
  ExpectNothingAllocated([](Model& model) {
    model.RunLinear();
    model.RunLoss();
    model.RunLinearBackward(true);
    model.RunRnn();
    model.Embed();
    model.Optimize();
  });
}

}  // namespace
}  // namespace nrnn::test
