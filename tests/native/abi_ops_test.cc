// Wrong calls of the elementwise operations, the operations along an axis, losses, random numbers
// and optimisers.
#include <gtest/gtest.h>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

struct World {
  Outputs outputs;
  Device device{1}, other{1};
  Buffer six{device, std::vector<float>{1, 2, 3, 4, 5, 6}}, five{device, 5}, two{device, 2};
  Buffer elsewhere{other, 6}, integers{device, 6, NRNN_DTYPE_INT32};
  Buffer targets{device, std::vector<int32_t>{2, 0}};
  nrnn_buffer* y = outputs.Add(device, 6);
  nrnn_axis axis = {1, 3, 2};
  nrnn_binary_args binary = {NRNN_BINARY_ADD, 2, {2, 3}, {3, 1}, {0, 1}, six.get(), six.get(), y};
  nrnn_copy_args copy = {2, 0, {2, 3}, 0, {3, 1}, 0, {1, 2}, six.get(), y};
  nrnn_cross_entropy_args loss = {2, 3, -100, 0, six.get(), targets.get()};
  nrnn_buffer* losses = outputs.Add(device, 2);
  nrnn_buffer* gradient = outputs.Add(device, 6);
  nrnn_buffer* first = outputs.Add(device, 6);
  nrnn_buffer* second = outputs.Add(device, 6);
  nrnn_buffer* values[2] = {y, losses};
  nrnn_buffer* gradients[2] = {gradient, outputs.Add(device, 2)};
  nrnn_buffer* firsts[2] = {first, outputs.Add(device, 2)};
  nrnn_buffer* seconds[2] = {second, outputs.Add(device, 2)};
  nrnn_adam_args adam = {0.1f, 0.9f, 0.99f,  1e-8f,     0,      0,      0,
                         1,    2,    values, gradients, firsts, seconds};
  nrnn_sgd_args sgd = {0.1f, 0.9f, 0, 0, 0, 2, values, gradients, firsts};
  nrnn_rmsprop_args rmsprop = {0.1f, 0.9f,   1e-8f,     0.5f,   0,      0,
                               2,    values, gradients, firsts, seconds};
  nrnn_adagrad_args adagrad = {0.1f, 1e-8f, 0, 0, 2, values, gradients, firsts};
  nrnn_lion_args lion = {0.1f, 0.9f, 0.99f, 0, 0, 2, values, gradients, firsts};
  float l1[2] = {0.1f, 0}, l2[2] = {0, 0.1f}, penalty = -1;
  nrnn_regularize_args regularize = {2, l1, l2, values, gradients};

  nrnn_status Unary(int32_t op) { return nrnn_unary_forward(op, six.get(), y); }
  nrnn_status Binary() { return nrnn_binary(&binary); }
  nrnn_status Copy() { return nrnn_copy_strided(&copy); }
  nrnn_status Loss() { return nrnn_cross_entropy_forward(&loss, losses); }
  nrnn_status LossOf(std::vector<int32_t> classes) {
    const Buffer of(device, classes);
    loss.targets = of.get();
    return Loss();
  }
  nrnn_status Gather(std::vector<int32_t> indices) {
    const Buffer of(device, indices);
    return nrnn_gather(&axis, 1, six.get(), of.get(), losses);
  }
  nrnn_status Clip(std::vector<nrnn_buffer*> clipped, int64_t count) {
    float norm = -1;
    const nrnn_status status = nrnn_clip_global_norm(clipped.data(), count, 1, &norm);
    EXPECT_EQ(status == NRNN_OK, norm >= 0);
    return status;
  }
};

using W = World;

const WrongCall<World> kElementwiseCalls[] = {
    {"UnaryRight", "nrnn_unary_forward", [](W& w) { return w.Unary(NRNN_UNARY_EXP); }, nullptr},
    {"UnaryOp", "nrnn_unary_forward", [](W& w) { return w.Unary(NRNN_UNARY_GELU + 1); }, "op"},
    {"UnaryXNull", "nrnn_unary_forward",
     [](W& w) { return nrnn_unary_forward(NRNN_UNARY_EXP, nullptr, w.y); }, "x"},
    {"UnaryYNull", "nrnn_unary_forward",
     [](W& w) { return nrnn_unary_forward(NRNN_UNARY_EXP, w.six.get(), nullptr); }, "y"},
    {"UnaryLengths", "nrnn_unary_forward",
     [](W& w) { return nrnn_unary_forward(NRNN_UNARY_EXP, w.five.get(), w.y); }, "y"},
    {"UnaryIntegers", "nrnn_unary_forward",
     [](W& w) { return nrnn_unary_forward(NRNN_UNARY_EXP, w.integers.get(), w.y); }, "x"},
    {"UnaryElsewhere", "nrnn_unary_forward",
     [](W& w) { return nrnn_unary_forward(NRNN_UNARY_EXP, w.elsewhere.get(), w.y); },
     "another device"},
    {"UnaryPartOfItself", "nrnn_unary_forward",
     [](W& w) {
       const Buffer low = w.six.Slice(0, 4), high = w.six.Slice(2, 4);
       return nrnn_unary_forward(NRNN_UNARY_EXP, low.get(), high.get());
     },
     "overlaps"},
    {"UnaryBackwardDyNull", "nrnn_unary_backward",
     [](W& w) {
       return nrnn_unary_backward(NRNN_UNARY_EXP, w.six.get(), w.six.get(), nullptr, w.y);
     },
     "dy"},
    {"AffineXNull", "nrnn_affine", [](W& w) { return nrnn_affine(nullptr, 1, 0, w.y); }, "x"},
    {"BinaryRight", "nrnn_binary", [](W& w) { return w.Binary(); }, nullptr},
    {"BinaryArgsNull", "nrnn_binary", [](W&) { return nrnn_binary(nullptr); }, "args"},
    {"BinaryOp", "nrnn_binary", [](W& w) { return w.binary.op = -1, w.Binary(); }, "op"},
    {"BinaryRank", "nrnn_binary", [](W& w) { return w.binary.rank = 9, w.Binary(); }, "rank"},
    {"BinarySizeNegative", "nrnn_binary", [](W& w) { return w.binary.sizes[0] = -2, w.Binary(); },
     "sizes"},
    {"BinaryAShort", "nrnn_binary", [](W& w) { return w.binary.a = w.five.get(), w.Binary(); },
     "a "},
    {"BinaryBStrideBelow", "nrnn_binary",
     [](W& w) { return w.binary.b_strides[1] = -1, w.Binary(); }, "b "},
    {"BinaryYLength", "nrnn_binary", [](W& w) { return w.binary.y = w.losses, w.Binary(); }, "y"},
    {"BinaryInPlaceOfBroadcast", "nrnn_binary",
     [](W& w) { return w.binary.b = w.binary.y, w.Binary(); }, "overlaps"},
    {"CopyRight", "nrnn_copy_strided", [](W& w) { return w.Copy(); }, nullptr},
    {"CopyArgsNull", "nrnn_copy_strided", [](W&) { return nrnn_copy_strided(nullptr); }, "args"},
    {"CopyRankNegative", "nrnn_copy_strided", [](W& w) { return w.copy.rank = -1, w.Copy(); },
     "rank"},
    {"CopyAccumulate", "nrnn_copy_strided", [](W& w) { return w.copy.accumulate = 2, w.Copy(); },
     "accumulate"},
    {"CopySourceBeyond", "nrnn_copy_strided",
     [](W& w) { return w.copy.source_offset = 1, w.Copy(); }, "source"},
    {"CopyStrideHuge", "nrnn_copy_strided",
     [](W& w) { return w.copy.source_strides[0] = INT64_MAX, w.Copy(); }, "source"},
    {"CopyDestinationBelow", "nrnn_copy_strided",
     [](W& w) { return w.copy.destination_offset = -1, w.Copy(); }, "destination"},
    {"CopyDestinationNull", "nrnn_copy_strided",
     [](W& w) { return w.copy.destination = nullptr, w.Copy(); }, "destination"},
    {"WhereLengths", "nrnn_where",
     [](W& w) { return nrnn_where(w.five.get(), w.six.get(), w.six.get(), w.y); }, "holds"},
    {"WhereYNull", "nrnn_where",
     [](W& w) { return nrnn_where(w.six.get(), w.six.get(), w.six.get(), nullptr); }, "y"},
};
NRNN_TEST_WRONG_CALLS(AbiElementwise, World, kElementwiseCalls);

const WrongCall<World> kRowCalls[] = {
    {"MaxAxisNull", "nrnn_max_forward",
     [](W& w) { return nrnn_max_forward(nullptr, w.six.get(), w.losses); }, "axis"},
    {"MaxOfNothing", "nrnn_max_forward",
     [](W& w) { return w.axis.length = 0, nrnn_max_forward(&w.axis, w.six.get(), w.losses); },
     "length"},
    {"MaxXLength", "nrnn_max_forward",
     [](W& w) { return nrnn_max_forward(&w.axis, w.five.get(), w.losses); }, "x"},
    {"GatherRight", "nrnn_gather",
     [](W& w) {
       return w.Gather({0, 2});
     },
     nullptr},
    {"GatherIndexAbove", "nrnn_gather",
     [](W& w) {
       return w.Gather({0, 3});
     },
     "indices", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"GatherIndexNegative", "nrnn_gather",
     [](W& w) {
       return w.Gather({-1, 0});
     },
     "indices", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"GatherCount", "nrnn_gather",
     [](W& w) {
       return w.Gather({0, 0, 0});
     },
     "indices"},
    {"ScatterAxisNull", "nrnn_scatter_add",
     [](W& w) { return nrnn_scatter_add(nullptr, 1, w.two.get(), w.targets.get(), w.y); }, "axis"},
    {"SoftmaxRows", "nrnn_softmax_forward",
     [](W& w) { return nrnn_softmax_forward(-1, 3, 0, w.six.get(), w.y); }, "rows"},
    {"SoftmaxLogarithm", "nrnn_softmax_forward",
     [](W& w) { return nrnn_softmax_forward(2, 3, 2, w.six.get(), w.y); }, "logarithm"},
    {"SoftmaxXLength", "nrnn_softmax_forward",
     [](W& w) { return nrnn_softmax_forward(2, 3, 0, w.five.get(), w.y); }, "x"},
    {"SoftmaxBackwardYNull", "nrnn_softmax_backward",
     [](W& w) { return nrnn_softmax_backward(2, 3, 0, nullptr, w.six.get(), w.y); }, "y"},
    {"LossRight", "nrnn_cross_entropy_forward", [](W& w) { return w.Loss(); }, nullptr},
    {"LossArgsNull", "nrnn_cross_entropy_forward",
     [](W& w) { return nrnn_cross_entropy_forward(nullptr, w.losses); }, "args"},
    {"LossSmoothing", "nrnn_cross_entropy_forward",
     [](W& w) { return w.loss.label_smoothing = 1.5f, w.Loss(); }, "label_smoothing"},
    {"LossTargetAbove", "nrnn_cross_entropy_forward",
     [](W& w) {
       return w.LossOf({0, 3});
     },
     "targets", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"LossTargetNegative", "nrnn_cross_entropy_forward",
     [](W& w) {
       return w.LossOf({-1, 0});
     },
     "targets", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"LossTargetsFloats", "nrnn_cross_entropy_forward",
     [](W& w) { return w.loss.targets = w.two.get(), w.Loss(); }, "targets"},
    {"LossBackwardLength", "nrnn_cross_entropy_backward",
     [](W& w) { return nrnn_cross_entropy_backward(&w.loss, w.five.get(), w.y); }, "dlosses"},
};
NRNN_TEST_WRONG_CALLS(AbiRows, World, kRowCalls);

const WrongCall<World> kTrainingCalls[] = {
    {"DropoutRate", "nrnn_dropout", [](W& w) { return nrnn_dropout(w.six.get(), 1, 0, 0, w.y); },
     "rate"},
    {"DropoutYNull", "nrnn_dropout",
     [](W& w) { return nrnn_dropout(w.six.get(), 0.5f, 0, 0, nullptr); }, "y"},
    {"UniformBufferNull", "nrnn_random_uniform",
     [](W&) { return nrnn_random_uniform(nullptr, 0, 1, 0, 0); }, "buffer"},
    {"NormalIntegers", "nrnn_random_normal",
     [](W& w) { return nrnn_random_normal(w.integers.get(), 0, 1, 0, 0); }, "buffer"},
    {"AdamRight", "nrnn_adam_step", [](W& w) { return nrnn_adam_step(&w.adam); }, nullptr},
    {"AdamArgsNull", "nrnn_adam_step", [](W&) { return nrnn_adam_step(nullptr); }, "args"},
    {"AdamStep", "nrnn_adam_step", [](W& w) { return w.adam.step = 0, nrnn_adam_step(&w.adam); },
     "step"},
    {"AdamDecoupled", "nrnn_adam_step",
     [](W& w) { return w.adam.decoupled = 2, nrnn_adam_step(&w.adam); }, "decoupled"},
    {"AdamClipValue", "nrnn_adam_step",
     [](W& w) { return w.adam.clip_value = -1, nrnn_adam_step(&w.adam); }, "clip_value"},
    {"AdamCount", "nrnn_adam_step", [](W& w) { return w.adam.count = -1, nrnn_adam_step(&w.adam); },
     "count"},
    {"AdamGradientLength", "nrnn_adam_step",
     [](W& w) { return w.gradients[0] = w.five.get(), nrnn_adam_step(&w.adam); }, "gradients[0]"},
    {"AdamGradientsNull", "nrnn_adam_step",
     [](W& w) { return w.adam.gradients = nullptr, nrnn_adam_step(&w.adam); }, "gradients"},
    {"AdamFirstNull", "nrnn_adam_step",
     [](W& w) { return w.firsts[1] = nullptr, nrnn_adam_step(&w.adam); }, "first[1]"},
    {"AdamSecondIsFirst", "nrnn_adam_step",
     [](W& w) { return w.seconds[0] = w.first, nrnn_adam_step(&w.adam); }, "overlaps first[0]"},
    {"AdamParameterTwice", "nrnn_adam_step",
     [](W& w) { return w.firsts[1] = w.losses, nrnn_adam_step(&w.adam); },
     "overlaps parameters[1]"},
    {"SgdRight", "nrnn_sgd_step", [](W& w) { return nrnn_sgd_step(&w.sgd); }, nullptr},
    {"SgdVelocitiesNull", "nrnn_sgd_step",
     [](W& w) { return w.sgd.velocities = nullptr, nrnn_sgd_step(&w.sgd); }, "velocities"},
    {"SgdVelocitiesWithoutMomentum", "nrnn_sgd_step",
     [](W& w) { return w.sgd.momentum = 0, nrnn_sgd_step(&w.sgd); }, "velocities"},
    {"SgdParameterNull", "nrnn_sgd_step",
     [](W& w) { return w.values[1] = nullptr, nrnn_sgd_step(&w.sgd); }, "parameters[1]"},
    {"RmspropRight", "nrnn_rmsprop_step", [](W& w) { return nrnn_rmsprop_step(&w.rmsprop); },
     nullptr},
    {"RmspropSquareElsewhere", "nrnn_rmsprop_step",
     [](W& w) { return w.firsts[0] = w.outputs.Add(w.other, 6), nrnn_rmsprop_step(&w.rmsprop); },
     "squares[0]"},
    {"AdagradRight", "nrnn_adagrad_step", [](W& w) { return nrnn_adagrad_step(&w.adagrad); },
     nullptr},
    {"AdagradSumsNull", "nrnn_adagrad_step",
     [](W& w) { return w.adagrad.sums = nullptr, nrnn_adagrad_step(&w.adagrad); }, "sums"},
    {"AdagradRate", "nrnn_adagrad_step",
     [](W& w) { return w.adagrad.learning_rate = -1, nrnn_adagrad_step(&w.adagrad); },
     "learning_rate"},
    {"LionRight", "nrnn_lion_step", [](W& w) { return nrnn_lion_step(&w.lion); }, nullptr},
    {"LionBeta", "nrnn_lion_step", [](W& w) { return w.lion.beta2 = 1, nrnn_lion_step(&w.lion); },
     "beta2"},
    {"LionFirstNull", "nrnn_lion_step",
     [](W& w) { return w.lion.first = nullptr, nrnn_lion_step(&w.lion); }, "first"},
    {"RegularizeRight", "nrnn_regularize",
     [](W& w) { return nrnn_regularize(&w.regularize, &w.penalty); }, nullptr},
    {"RegularizeFactor", "nrnn_regularize",
     [](W& w) { return w.l1[1] = -1, nrnn_regularize(&w.regularize, &w.penalty); }, "l1"},
    {"RegularizeOutNull", "nrnn_regularize",
     [](W& w) { return nrnn_regularize(&w.regularize, nullptr); }, "out_penalty"},
    {"RegularizeOverlap", "nrnn_regularize",
     [](W& w) { return w.gradients[0] = w.y, nrnn_regularize(&w.regularize, &w.penalty); },
     "overlaps"},
    {"MaxNormRight", "nrnn_max_norm", [](W& w) { return nrnn_max_norm(&w.axis, 3, w.y); }, nullptr},
    {"MaxNormAxisNull", "nrnn_max_norm", [](W& w) { return nrnn_max_norm(nullptr, 3, w.y); },
     "axis"},
    {"MaxNormOfZero", "nrnn_max_norm", [](W& w) { return nrnn_max_norm(&w.axis, 0, w.y); },
     "max_norm"},
    {"MaxNormLength", "nrnn_max_norm", [](W& w) { return nrnn_max_norm(&w.axis, 3, w.losses); },
     "x"},
    {"AverageRight", "nrnn_moving_average",
     [](W& w) { return nrnn_moving_average(w.firsts, w.values, 2, 0.5f); }, nullptr},
    {"AverageDecay", "nrnn_moving_average",
     [](W& w) { return nrnn_moving_average(w.firsts, w.values, 2, 1.5f); }, "decay"},
    {"AverageValueLength", "nrnn_moving_average",
     [](W& w) {
       return w.values[1] = w.five.get(), nrnn_moving_average(w.firsts, w.values, 2, 0.5f);
     },
     "values[1]"},
    {"ClipValuesRight", "nrnn_clip_values",
     [](W& w) { return nrnn_clip_values(w.gradients, 2, 1); }, nullptr},
    {"ClipValuesLimit", "nrnn_clip_values",
     [](W& w) { return nrnn_clip_values(w.gradients, 2, 0); }, "max_value"},
    {"ClipValuesNull", "nrnn_clip_values", [](W&) { return nrnn_clip_values(nullptr, 2, 1); },
     "gradients"},
    {"ClipRight", "nrnn_clip_global_norm",
     [](W& w) {
       return w.Clip({w.y, w.losses}, 2);
     },
     nullptr},
    {"ClipCount", "nrnn_clip_global_norm", [](W& w) { return w.Clip({w.y}, -1); }, "count"},
    {"ClipGradientNull", "nrnn_clip_global_norm",
     [](W& w) {
       return w.Clip({w.y, nullptr}, 2);
     },
     "gradients"},
    {"ClipTwoDevices", "nrnn_clip_global_norm",
     [](W& w) {
       return w.Clip({w.y, w.outputs.Add(w.other, 3)}, 2);
     },
     "gradients"},
    {"ClipOutNull", "nrnn_clip_global_norm",
     [](W& w) { return nrnn_clip_global_norm(&w.y, 1, 1, nullptr); }, "out_norm"},
};
NRNN_TEST_WRONG_CALLS(AbiTraining, World, kTrainingCalls);

}  // namespace
}  // namespace nrnn::test
