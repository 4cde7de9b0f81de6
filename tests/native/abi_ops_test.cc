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
  nrnn_adam_args adam = {0.1f,
                         0.9f,
                         0.99f,
                         1e-8f,
                         0,
                         0,
                         1,
                         y,
                         gradient,
                         outputs.Add(device, 6),
                         outputs.Add(device, 6)};
  nrnn_sgd_args sgd = {0.1f, 0.9f, 0, 0, y, gradient, outputs.Add(device, 6)};
  nrnn_rmsprop_args rmsprop = {
      0.1f, 0.9f, 1e-8f, 0.5f, 0, y, gradient, outputs.Add(device, 6), outputs.Add(device, 6)};

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
  nrnn_status Clip(std::vector<nrnn_buffer*> gradients, int64_t count) {
    float norm = -1;
    const nrnn_status status = nrnn_clip_global_norm(gradients.data(), count, 1, &norm);
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
     "indices"},
    {"GatherIndexNegative", "nrnn_gather",
     [](W& w) {
       return w.Gather({-1, 0});
     },
     "indices"},
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
     "targets"},
    {"LossTargetNegative", "nrnn_cross_entropy_forward",
     [](W& w) {
       return w.LossOf({-1, 0});
     },
     "targets"},
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
    {"AdamGradientLength", "nrnn_adam_step",
     [](W& w) { return w.adam.gradient = w.five.get(), nrnn_adam_step(&w.adam); }, "gradient"},
    {"AdamFirstNull", "nrnn_adam_step",
     [](W& w) { return w.adam.first = nullptr, nrnn_adam_step(&w.adam); }, "first"},
    {"AdamSecondIsFirst", "nrnn_adam_step",
     [](W& w) { return w.adam.second = w.adam.first, nrnn_adam_step(&w.adam); }, "second"},
    {"SgdRight", "nrnn_sgd_step", [](W& w) { return nrnn_sgd_step(&w.sgd); }, nullptr},
    {"SgdVelocityNull", "nrnn_sgd_step",
     [](W& w) { return w.sgd.velocity = nullptr, nrnn_sgd_step(&w.sgd); }, "velocity"},
    {"SgdParameterNull", "nrnn_sgd_step",
     [](W& w) { return w.sgd.parameter = nullptr, nrnn_sgd_step(&w.sgd); }, "parameter"},
    {"RmspropRight", "nrnn_rmsprop_step", [](W& w) { return nrnn_rmsprop_step(&w.rmsprop); },
     nullptr},
    {"RmspropSquareElsewhere", "nrnn_rmsprop_step",
     [](W& w) {
       w.rmsprop.square = w.outputs.Add(w.other, 6);
       return nrnn_rmsprop_step(&w.rmsprop);
     },
     "square"},
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
